import Catalog
import UpdateModel

/// Finds updates by what an operator types: a GUID, a KB article that one update has, or a whole title.
struct UpdateNames {
  let catalog: Catalog

  /// Each update once, in the order given. A GUID is not looked up: whoever uses it tells that it is unknown.
  ///
  /// - Throws: ``Failure`` with ``ProgramStatus/usage`` for a name that no update has, or several have.
  func identifiers(_ texts: [String]) async throws -> [GUID] {
    var found: [GUID] = []
    for text in texts {
      let id = try await id(text)
      if !found.contains(id) { found.append(id) }
    }
    return found
  }

  private func id(_ text: String) async throws -> GUID {
    if let id = GUID(text) { return id }
    var query = UpdateQuery()
    query.text = text
    query.limit = 10_000
    let named = try await catalog.updates(query).filter { Self.isNamed($0, text.lowercased()) }
    if named.count == 1, let row = named.first { return row.identity.updateID }
    throw Failure(
      .usage,
      "update \"\(TextTable.plain(text))\": expected a GUID, or a title or KB article that one update has, "
        + "found \(Quantity.count(named.count, "update"))",
      hint: named.isEmpty ? "updatemirror updates list --text finds updates" : Self.choice(named))
  }

  private static func isNamed(_ row: UpdateRow, _ text: String) -> Bool {
    row.title.lowercased() == text || row.kbArticles.contains { $0 == text || "kb\($0)" == text }
  }

  private static func choice(_ rows: [UpdateRow]) -> String {
    let shown = rows.prefix(5).map { "\($0.identity.updateID) \(TextTable.plain($0.title))" }
    return "name one by its GUID: " + shown.joined(separator: "; ") + (rows.count > shown.count ? "; ..." : "")
  }
}
