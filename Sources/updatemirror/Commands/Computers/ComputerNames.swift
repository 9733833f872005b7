import Catalog
import UpdateModel

/// Finds client computers by what an operator types: the id or the name in the network.
struct ComputerNames {
  let catalog: Catalog

  /// Each computer once, in the order given.
  ///
  /// - Throws: ``Failure`` for a name that no computer has, or several have.
  func rows(_ texts: [String]) async throws -> [ComputerRow] {
    var found: [ComputerRow] = []
    for text in texts {
      let row = try await row(text)
      if !found.contains(where: { $0.computer == row.computer }) { found.append(row) }
    }
    return found
  }

  func row(_ text: String) async throws -> ComputerRow {
    if let id = ClientID(text), let details = try await catalog.computer(id) { return details.row }
    var query = ComputerQuery()
    query.text = text
    query.limit = 10_000
    let named = try await catalog.computers(query).filter { $0.dnsName.lowercased() == text.lowercased() }
    if named.count == 1 { return named[0] }
    let ids = named.prefix(5).map(\.clientID.text).joined(separator: ", ")
    throw Failure(
      .usage,
      "computer \"\(TextTable.plain(text))\": expected an id, or a name that one computer has, "
        + "found \(Quantity.count(named.count, "computer"))",
      hint: named.isEmpty ? "updatemirror computers list --text finds computers" : "name one by its id: \(ids)")
  }
}
