import ArgumentParser
import Catalog

struct RulesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Lists, adds, removes and runs approval rules.",
    discussion: example(
      "updatemirror rules add Security --classification \"Security Updates\" --ring Pilot --ring \"Production=7,5%\"",
      "updatemirror rules run"),
    subcommands: [RulesList.self, RulesAdd.self, RulesRemove.self, RulesRun.self])
}

struct RulesList: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists approval rules in the order in which they are asked.",
    discussion: example("updatemirror rules list --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let names = try await RuleNames(site.catalog)
    try output.show(RuleListReport(rules: try await site.catalog.rules().map { RuleRow($0, names) }))
    return .done
  }
}

struct RulesRemove: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Removes approval rules; what they approved stays. Previews unless --yes.",
    discussion: example("updatemirror rules remove Security --yes"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "Names or numbers of rules.")
  var rules: [String]

  @Flag(name: .long, help: "Remove them; without it they are only listed.")
  var yes = false

  func validate() throws {
    guard !rules.isEmpty else { throw ValidationError("expected a rule, found none") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "remove rule")
    let names = try await RuleNames(site.catalog)
    let doomed = try Self.find(rules, among: try await site.catalog.rules())
    let rows = doomed.map { RuleRow($0, names) }
    if yes {
      for (rule, row) in zip(doomed, rows) {
        try await site.catalog.removeRule(rule.ruleID)
        try site.audit("rules remove", row.subject, row.facts, nil)
      }
    }
    try output.show(RuleRemovalReport(preview: !yes, rules: rows))
    return .done
  }

  /// Each rule once, in the order given.
  private static func find(_ texts: [String], among rules: [StoredRule]) throws -> [StoredRule] {
    var found: [StoredRule] = []
    for text in texts {
      let named = rules.first { $0.rule.name.lowercased() == text.lowercased() || "\($0.ruleID)" == text }
      guard let named else {
        throw Failure(
          .usage, "approval rule \"\(TextTable.plain(text))\": expected a name or a number of a rule",
          hint: "updatemirror rules list")
      }
      if !found.contains(named) { found.append(named) }
    }
    return found
  }
}
