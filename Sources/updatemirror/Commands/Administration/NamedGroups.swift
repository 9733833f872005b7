import Catalog
import UpdateModel

/// Finds target groups by what an operator types.
struct NamedGroups {
  private let groups: [TargetGroup]

  init(_ catalog: Catalog) async throws { self.init(try await catalog.groups()) }

  init(_ groups: [TargetGroup]) { self.groups = groups }

  func group(_ id: GUID) -> TargetGroup? { groups.first { $0.targetGroupID == id } }

  /// The name, or the GUID of a group that is gone.
  func name(_ id: GUID) -> String { group(id)?.name ?? id.description }

  /// GUIDs and names in any letter case, each group once, in the order given.
  ///
  /// - Throws: ``Failure`` with ``ProgramStatus/usage`` for one that is unknown.
  func identifiers(_ texts: [String]) throws -> [GUID] {
    var found: [GUID] = []
    for text in texts {
      let id = try identifier(text)
      if !found.contains(id) { found.append(id) }
    }
    return found
  }

  private func identifier(_ text: String) throws -> GUID {
    if let id = GUID(text), group(id) != nil { return id }
    let named = groups.filter { $0.name.lowercased() == text.lowercased() }
    if let only = named.first, named.count == 1 { return only.targetGroupID }
    let nearest = NearestWord.of(text, in: groups.map(\.name))
    throw Failure(
      .usage,
      "target group \"\(TextTable.plain(text))\": expected a name that one group has, or a GUID, found \(named.count)",
      hint: named.isEmpty
        ? nearest.map { "nearest: \"\($0)\"" } ?? "updatemirror groups list" : "updatemirror groups list")
  }
}
