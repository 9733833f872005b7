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

/// A result that can be printed for people and for programs.
protocol Report: Encodable {
  /// Lines for people, without a final line end.
  var table: String { get }
}
