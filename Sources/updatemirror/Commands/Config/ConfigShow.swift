import ArgumentParser

/// Prints every setting with its value and where the value came from.
struct ConfigShow: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows every setting, its value and where the value came from.",
    discussion: example("updatemirror config show", "updatemirror config show --set serve.port=0 --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    try output.show(ConfigurationReport(try common.configuration()))
    return .done
  }
}

/// The settings, secrets left out.
struct ConfigurationReport: Report {
  struct Entry: Encodable, Equatable {
    let key: String
    let value: String
    /// `flag`, `environment`, `file` or `default`.
    let origin: String
    /// The variable, or the file and line.
    let place: String?
    let meaning: String
  }

  let settings: [Entry]

  init(_ configuration: Configuration) {
    settings = Setting.allCases.map { setting in
      let text = configuration.text(setting)
      let origin = configuration.values[setting]?.origin ?? .fallback
      return Entry(
        key: setting.key, value: setting.isSecret && !text.isEmpty ? "(not shown)" : text,
        origin: origin.name, place: origin.place, meaning: setting.meaning)
    }
  }

  var table: String {
    var table = TextTable(["KEY", "VALUE", "ORIGIN"])
    for entry in settings {
      table.add([entry.key, entry.value, entry.place.map { "\(entry.origin) \($0)" } ?? entry.origin])
    }
    return table.text
  }
}

extension Configuration.Origin {
  var name: String {
    switch self {
    case .flag: "flag"
    case .environment: "environment"
    case .file: "file"
    case .fallback: "default"
    }
  }

  var place: String? {
    switch self {
    case .environment(let name): name
    case .file(let file, let line): line.map { "\(file):\($0)" } ?? file
    case .flag, .fallback: nil
    }
  }
}
