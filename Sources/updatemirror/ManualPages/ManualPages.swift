/// All pages: one for the program, one for each command with its subcommands, one for the configuration file.
enum ManualPages {
  static func all() throws -> [ManualPage] {
    let program = try CommandDescription.program()
    return [programPage(program)] + program.shownSubcommands.map(commandPage) + [configurationPage()]
  }

  private static func programPage(_ program: CommandDescription) -> ManualPage {
    var page = ManualPage(program.commandName, section: 1, abstract: program.abstract ?? "")
    page.heading("SYNOPSIS")
    page.paragraph("updatemirror <command> [<subcommand>] [options]")
    page.heading("COMMANDS")
    for command in program.shownSubcommands {
      page.term("updatemirror-\(command.commandName)(1)", command.abstract ?? "")
    }
    if let example = program.discussion { self.example(example, in: &page) }
    page.heading("EXIT STATUS")
    for status in ProgramStatus.allCases { page.term(String(status.rawValue), status.meaning) }
    page.heading("ENVIRONMENT")
    page.term(StateDirectory.environmentName, "the state directory, when --state does not name it")
    page.term("UPDATEMIRROR_CONFIG", "the configuration file, when --config does not name it")
    page.term("UPDATEMIRROR_...", "every setting, as updatemirror.toml(5) names them")
    page.heading("FILES")
    page.term(StateDirectory.standardPath, "the state directory: configuration, catalogue, keys, content")
    page.heading("SEE ALSO")
    page.paragraph("updatemirror.toml(5), /usr/share/doc/updatemirror/manual.md")
    return page
  }

  private static func commandPage(_ command: CommandDescription) -> ManualPage {
    var page = ManualPage("updatemirror-\(command.commandName)", section: 1, abstract: command.abstract ?? "")
    page.heading("SYNOPSIS")
    let leaves = command.shownSubcommands.isEmpty ? [command] : command.shownSubcommands
    let names = leaves.map { $0.commandName == command.commandName ? [] : [$0.commandName] }
    for (leaf, name) in zip(leaves, names) {
      let words = ["updatemirror", command.commandName] + name + leaf.ownArguments.map(synopsis)
      page.paragraph(words.joined(separator: " "))
    }
    page.heading("DESCRIPTION")
    page.paragraph(command.abstract ?? "")
    for (leaf, name) in zip(leaves, names) {
      if let name = name.first {
        page.subheading("updatemirror \(command.commandName) \(name)")
        page.paragraph(leaf.abstract ?? "")
        if command.defaultSubcommand == name { page.paragraph("This is what the command does without a subcommand.") }
      }
      for argument in leaf.ownArguments { page.term(form(argument), meaning(argument)) }
      if let example = leaf.discussion { self.example(example, in: &page) }
    }
    page.heading("EXIT STATUS")
    page.paragraph("As updatemirror(1) lists.")
    page.heading("SEE ALSO")
    page.paragraph("updatemirror(1), updatemirror.toml(5)")
    return page
  }

  private static func configurationPage() -> ManualPage {
    var page = ManualPage("updatemirror.toml", section: 5, abstract: "the configuration of updatemirror")
    page.heading("DESCRIPTION")
    page.paragraph(
      "TOML: sections with keys. A flag comes before the environment, the environment before this file, this file"
        + " before the default. An unknown key is an error that names its line.")
    page.heading("SETTINGS")
    for setting in Setting.allCases {
      let fallback = setting.fallback.isEmpty ? "" : " Default: \(setting.fallback)."
      page.term(setting.key, "\(setting.meaning). Expected: \(setting.kind.expected).\(fallback)")
      page.paragraph("Environment: \(setting.environmentName)")
    }
    page.heading("SEE ALSO")
    page.paragraph("updatemirror-config(1), updatemirror(1)")
    return page
  }

  /// `Example:` and its lines, as the help shows them.
  private static func example(_ discussion: String, in page: inout ManualPage) {
    let lines = discussion.split(separator: "\n").filter { $0 != "Example:" }
    page.paragraph("Example:")
    page.verbatim(lines)
  }

  private static func synopsis(_ argument: CommandDescription.Argument) -> String {
    let form = form(argument)
    return (argument.isOptional ? "[\(form)]" : form) + (argument.isRepeating ? " ..." : "")
  }

  private static func form(_ argument: CommandDescription.Argument) -> String {
    let value = "<\(argument.valueName ?? "value")>"
    let name = argument.names?.last?.text ?? ""
    return switch argument.kind {
    case .positional: value
    case .option: "\(name) \(value)"
    case .flag: name
    }
  }

  private static func meaning(_ argument: CommandDescription.Argument) -> String {
    let fallback = argument.defaultValue.map { " Default: \($0)." } ?? ""
    return (argument.abstract ?? "") + fallback
  }
}
