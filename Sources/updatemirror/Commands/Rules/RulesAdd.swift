import ArgumentParser
import Catalog
import UpdateModel

/// A ring as an operator types it: `Pilot`, `Production=7`, `Production=7,5%`.
struct RingArgument: ExpressibleByArgument, Equatable {
  static let form = "GROUP, GROUP=DAYS, or GROUP=DAYS,LIMIT with a limit such as 3 (computers) or 5%"

  let group: String
  let delayDays: Int
  let failureLimit: ApprovalRule.FailureLimit?

  init?(argument: String) {
    // The last sign counts: a name may have one, too.
    let sign = argument.lastIndex(of: "=")
    group = String(argument[..<(sign ?? argument.endIndex)])
    guard !group.isEmpty else { return nil }
    let numbers = sign.map {
      argument[argument.index(after: $0)...].split(separator: ",", omittingEmptySubsequences: false)
    }
    guard let numbers else {
      delayDays = 0
      failureLimit = nil
      return
    }
    guard let days = numbers.first.flatMap({ Int($0) }), days >= 0, numbers.count <= 2 else { return nil }
    delayDays = days
    guard numbers.count == 2 else {
      failureLimit = nil
      return
    }
    guard let limit = ApprovalRule.FailureLimit(numbers[1]) else { return nil }
    failureLimit = limit
  }
}

extension ApprovalRule.FailureLimit {
  /// `3` computers, or `5%` of those that tried.
  init?(_ text: Substring) {
    guard let number = Int(text.hasSuffix("%") ? text.dropLast() : text), number >= 0 else { return nil }
    self = text.hasSuffix("%") ? .percent(number) : .computers(number)
  }
}

struct RulesAdd: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Adds an approval rule behind all others. It does nothing before the next run.",
    discussion: example(
      "updatemirror rules add Security --classification \"Security Updates\" --ring Pilot --ring \"Production=7,5%\"",
      "updatemirror rules add Tidy --decline-superseded 90"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "Its name.")
  var name: String

  @Option(name: .long, help: "Name or GUID of an update classification. Repeatable: any of them; without it, all.")
  var classification: [String] = []

  @Option(
    name: .long, help: "Name or GUID of a product, product family or company. Repeatable: any of them; without it, all."
  )
  var product: [String] = []

  @Option(name: .long, help: "Text that the title contains, in any letter case.")
  var title: String?

  @Option(
    name: .long, help: "Regular expression that is found in the title: . [] () | * + ? {m,n} ^ $ \\b \\d \\w \\s.")
  var titlePattern: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Approve for installation: \(RingArgument.form). Repeatable: ring after ring. Days count from the arrival; "
        + "a ring waits while failures in the ring before exceed the limit.", valueName: "ring"))
  var ring: [RingArgument] = []

  @Option(name: .long, help: "Days from the approval to the deadline.")
  var deadlineDays: Int?

  @Flag(name: .long, help: "Offer updates, without assigning them.")
  var optional = false

  @Option(name: .long, help: "Download priority, 1 to 3; 3 is the highest.")
  var priority: UInt8 = 1

  @Flag(name: .long, help: "Accept licence terms, too; else such updates wait for a person.")
  var acceptEula = false

  @Option(name: .long, help: "Instead of approving: decline what has been superseded for so many days.")
  var declineSuperseded: Int?

  @Flag(name: .long, help: "Keep the rule, and leave it out of runs.")
  var disabled = false

  func validate() throws {
    guard ring.isEmpty != (declineSuperseded == nil) else {
      throw ValidationError("expected either --ring or --decline-superseded")
    }
    if title != nil, titlePattern != nil { throw ValidationError("--title and --title-pattern exclude each other") }
    guard (1...3).contains(priority) else { throw ValidationError("--priority: expected 1 to 3, found \(priority)") }
    if declineSuperseded != nil, deadlineDays != nil || optional || acceptEula || priority != 1 {
      throw ValidationError("--deadline-days, --optional, --priority and --accept-eula go with --ring only")
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "add rule")
    let stored = try await site.catalog.addRule(try await rule(site))
    let row = RuleRow(stored, try await RuleNames(site.catalog))
    try site.audit("rules add", row.subject, nil, row.facts)
    try output.show(RuleListReport(rules: [row]))
    return .done
  }

  private func rule(_ site: Site) async throws -> ApprovalRule {
    let categories = CategoryNames(catalog: site.catalog, command: "rules add")
    return ApprovalRule(
      name: name, isEnabled: !disabled,
      classifications: try await categories.identifiers(classification, classifications: true),
      products: try await categories.identifiers(product, classifications: false),
      title: title.map(TitleExpression.contains) ?? titlePattern.map(TitleExpression.matches),
      work: try await work(site))
  }

  private func work(_ site: Site) async throws -> ApprovalRule.Work {
    if let declineSuperseded { return .declineSuperseded(afterDays: declineSuperseded) }
    let groups = try await NamedGroups(site.catalog)
    let rings = try ring.map {
      ApprovalRule.Ring(try groups.identifiers([$0.group])[0], delayDays: $0.delayDays, failureLimit: $0.failureLimit)
    }
    return .approve(
      ApprovalRule.Approval(
        rings: rings, deadlineDays: deadlineDays, isAssigned: !optional, downloadPriority: priority,
        acceptsEULAs: acceptEula))
  }
}
