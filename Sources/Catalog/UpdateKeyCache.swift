internal import UpdateModel

/// Keys of updates that other revisions name: a few hundred detectoids and categories make
/// up nearly all prerequisites.
struct UpdateKeyCache {
  static let limit = 65_536
  private var keys: [GUID: Int64] = [:]

  subscript(updateID: GUID) -> Int64? { keys[updateID] }

  mutating func insert(_ key: Int64, for updateID: GUID) {
    if keys.count >= Self.limit { keys.removeAll(keepingCapacity: true) }
    keys[updateID] = key
  }

  /// After a transaction that failed: its keys do not exist.
  mutating func removeAll() { keys.removeAll(keepingCapacity: true) }
}
