internal import GRDB
public import Offering
internal import UpdateModel

extension Catalog {
  /// Whether clients would be offered anything else than before: one statement when nothing happened.
  ///
  /// Otherwise looks first which approved content is complete now (``refreshReadiness()``).
  public func offerVersion() async throws -> OfferVersion {
    try await refreshReadiness()
    return try await read("offer version") { db in try Self.offerVersion(db) }
  }

  /// Everything that decides what clients are offered, in one snapshot, with its version.
  public func offerInputs() async throws -> (inputs: OfferInputs, version: OfferVersion) {
    try await refreshReadiness()
    return try await read("offer inputs") { db in
      (try OfferInputsReader(db).inputs(), try Self.offerVersion(db))
    }
  }

  private static func offerVersion(_ db: Database) throws -> OfferVersion {
    let sql = """
      SELECT epoch, (SELECT coalesce(max(sequence), 0) FROM change), derivationCounter FROM server JOIN offering
      """
    guard let row = try Row.fetchOne(db.cachedStatement(sql: sql)) else {
      throw CatalogError.damagedRow(table: "offering", key: 1, column: "id")
    }
    return OfferVersion(epoch: row[0], sequence: row[1], derivations: row[2])
  }
}
