import ArgumentParser
import Catalog
import UpdateModel

struct UpdatesList: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists updates in the order of their arrival.",
    discussion: example(
      "updatemirror updates list --product \"Windows Server 2025\" --approval not-approved --text KB5031455",
      "updatemirror updates list --needs-files --json"))

  enum ApprovalFilter: String, CaseIterable, ExpressibleByArgument {
    case install
    case uninstall
    case notApproved = "not-approved"
    case declined
    case notDeclined = "not-declined"

    var query: UpdateQuery.Approval {
      switch self {
      case .install: .install
      case .uninstall: .uninstall
      case .notApproved: .notApproved
      case .declined: .declined
      case .notDeclined: .notDeclined
      }
    }
  }

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "Name or GUID of a product, product family or company. Repeatable: any of them.")
  var product: [String] = []

  @Option(name: .long, help: "Name or GUID of an update classification. Repeatable: any of them.")
  var classification: [String] = []

  @Option(name: .long, help: "Only updates with this approval.")
  var approval: ApprovalFilter?

  @Option(name: .long, help: "Words of the title, description, KB article or bulletin.")
  var text: String?

  @Flag(name: .long, inversion: .prefixedNo, help: "Only updates that are, or are not, superseded.")
  var superseded: Bool?

  @Flag(name: .long, help: "Only updates with files that are not here.")
  var needsFiles = false

  @Flag(name: .long, help: "Also updates that cannot be approved on their own, such as members of bundles.")
  var all = false

  @Option(name: .long, help: "Language of the titles, as en.")
  var language: String?

  @Option(name: .long, help: "At most this many, 1 to 10000.")
  var limit = 100

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit: expected 1 to 10000, found \(limit)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let names = CategoryNames(catalog: site.catalog)
    var query = UpdateQuery()
    query.categories = try await names.identifiers(product, classifications: false)
    query.classifications = try await names.identifiers(classification, classifications: true)
    query.approval = approval?.query
    query.text = text
    query.isSuperseded = superseded
    query.needsFiles = needsFiles ? true : nil
    query.includesNotDeployable = all
    query.language = language
    query.limit = limit
    try output.show(UpdateListReport(rows: try await site.catalog.updates(query)))
    return .done
  }
}

/// Finds categories by name or GUID.
struct CategoryNames {
  let catalog: Catalog
  /// Which command asks, for its messages.
  var command = "updates list"

  /// - Throws: ``Failure`` with ``ProgramStatus/usage`` and the nearest names for one that is unknown.
  func identifiers(_ words: [String], classifications: Bool) async throws -> [GUID] {
    guard !words.isEmpty else { return [] }
    let rows = try await catalog.categories().filter { ($0.type == .updateClassification) == classifications }
    var found: [GUID] = []
    for word in words {
      if let guid = GUID(word) {
        found.append(guid)
        continue
      }
      let matches = rows.filter { $0.title.lowercased() == word.lowercased() }.map(\.updateID)
      guard !matches.isEmpty else { throw try await unknown(word, classifications: classifications) }
      found += matches
    }
    return found
  }

  private func unknown(_ word: String, classifications: Bool) async throws -> Failure {
    let nearest = try await catalog.nearestCategoryNames(to: word, classifications: classifications)
    let kind = classifications ? "classification" : "product"
    return Failure(
      .usage, "\(command): \(kind) \"\(word)\": expected a known name or a GUID",
      hint: nearest.isEmpty ? nil : "nearest: " + nearest.map { "\"\($0)\"" }.joined(separator: ", "))
  }
}

struct UpdateListReport: Report {
  struct Row: Encodable {
    let update: String
    let revision: Int32
    let kind: String
    let title: String
    let kbArticles: [String]
    let classification: String?
    let created: String?
    let arrived: String
    let superseded: Bool
    let declined: Bool
    let installApprovals: Int
    let files: Int
    let missingFiles: Int

    init(_ row: UpdateRow) {
      update = row.identity.updateID.description
      revision = row.identity.revisionNumber
      kind = row.kind.text
      title = row.title
      kbArticles = row.kbArticles
      classification = row.classification
      created = row.creationDate?.description
      arrived = row.arrivalDate.description
      superseded = row.isSuperseded
      declined = row.isHidden
      installApprovals = row.installApprovals
      files = row.files
      missingFiles = row.missingFiles
    }
  }

  let updates: [Row]

  init(rows: [UpdateRow]) { updates = rows.map(Row.init) }

  var table: String {
    var table = TextTable(["UPDATE", "CREATED", "STATE", "FILES", "CLASSIFICATION", "TITLE"], alignments: [3: .right])
    for row in updates {
      let state =
        row.declined ? "declined" : row.installApprovals > 0 ? "approved" : row.superseded ? "superseded" : "-"
      let files = row.missingFiles == 0 ? "\(row.files)" : "\(row.files - row.missingFiles)/\(row.files)"
      table.add([
        row.update, row.created.map { String($0.prefix(10)) } ?? "-", state, files, row.classification ?? "-",
        row.title,
      ])
    }
    return table.text
  }
}

extension UpdateKind {
  /// One word for lists and JSON.
  var text: String {
    switch self {
    case .detectoid: "detectoid"
    case .category: "category"
    case .software: "software"
    case .driver: "driver"
    case .other(let text): text
    }
  }
}
