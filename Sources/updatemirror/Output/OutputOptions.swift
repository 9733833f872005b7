import ArgumentParser

/// How a command that reports prints its result.
struct OutputOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table
    case json
  }

  @Option(name: .long, help: "table or json. JSON field names are stable.")
  var output: Format = .table

  @Flag(name: .long, help: "The same as --output json.")
  var json = false

  var isJSON: Bool { json || output == .json }

  /// Prints `report` in the format asked for.
  func show(_ report: some Report) throws {
    print(isJSON ? try JSONText.of(report) : report.table)
  }
}

/// How a command that lists prints its result.
struct ListOutputOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table
    case json
    case csv
  }

  @Option(name: .long, help: "table, json or csv. JSON field names and CSV columns are stable.")
  var output: Format = .table

  @Flag(name: .long, help: "The same as --output json.")
  var json = false

  /// Prints `report` in the format asked for.
  func show(_ report: some ListReport) throws {
    switch json ? .json : output {
    case .table: print(report.table)
    case .json: print(try JSONText.of(report))
    case .csv: print(report.csv, terminator: "")
    }
  }
}

/// A result that can be printed for people and for programs.
protocol Report: Encodable {
  /// Lines for people, without a final line end.
  var table: String { get }
}
