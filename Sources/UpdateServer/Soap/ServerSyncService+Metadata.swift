import Catalog
import UpdateModel
import WireFormat

extension ServerSyncService {
  /// MS-WSUSSS 3.1.4.5. Windows servers name the whole filter when its anchor is malformed.
  @Sendable func revisionIDList(
    _ request: GetRevisionIdList.Request, _ caller: Caller
  ) async throws -> GetRevisionIdList.Response {
    guard let filter = request.filter else { throw Refusal.invalidParameters("filter") }
    try AnchorRules.checkForm(filter.anchor?.text, parameter: "filter")
    return try await catalog.revisionIDList(
      filter.adapted(to: caller.protocolVersion), dssVersion: caller.protocolVersion)
  }

  /// MS-WSUSSS 3.1.4.6. Unknown identities are left out (AMB-17), and so is what exceeds the
  /// guidance for the size of an answer: the DSS asks again for what is missing.
  @Sendable func updateData(
    _ request: GetUpdateData.Request, _ caller: Caller
  ) async throws -> GetUpdateData.Response {
    let limit = try await catalog.settings().limits.updates
    let identities = try Self.checked(request.identities, limit: limit)
    return try await updateData(of: identities)
  }

  /// Reads a few documents at a time, so that no more than one such group is ever above the guidance.
  /// Published revisions never change: several snapshots read the same as one.
  private func updateData(of identities: [UpdateIdentity]) async throws -> GetUpdateData.Response {
    var response = GetUpdateData.Response(updates: [], locations: [])
    var bytes = 0
    for start in stride(from: 0, to: identities.count, by: Self.documentsPerRead) {
      let group = identities[start..<min(start + Self.documentsPerRead, identities.count)]
      for revision in try await catalog.updateData(Array(group)) {
        let blob = try BlobPacker.blob(revision.document, cabinetAbove: limits.cabinetBytes)
        bytes += blob.byteCount
        guard response.updates.isEmpty || bytes <= limits.updateDataBytes else { return response }
        response.updates.append(
          UpdateDocument(identity: revision.identity, blob: blob, fileDigests: revision.fileDigests))
        response.locations += revision.locations
      }
    }
    return response
  }

  private static let documentsPerRead = 10

  /// MS-WSUSSS 3.1.4.18.
  @Sendable func decryptionData(
    _ request: GetUpdateDecryptionData.Request, _ caller: Caller
  ) async throws -> GetUpdateDecryptionData.Response {
    let limit = try await catalog.settings().limits.decryptionUpdates ?? 0
    let identities = try Self.checked(request.identities, limit: limit)
    let revisions = try await catalog.decryptionData(identities)
    return GetUpdateDecryptionData.Response(
      updates: revisions.map { revision in
        GetUpdateDecryptionData.UpdateKeys(
          identity: revision.identity,
          files: revision.files.map { .init(digest: $0.digest, decryptionKey: $0.key) })
      })
  }

  /// MS-WSUSSS 3.1.4.9: answered with nothing, whatever was asked (AMB-16).
  @Sendable func relatedRevisions(
    _ request: GetRelatedRevisionsForUpdates.Request
  ) async throws -> GetRelatedRevisionsForUpdates.Response {
    GetRelatedRevisionsForUpdates.Response()
  }

  private static func checked(_ identities: [UpdateIdentity]?, limit: Int32) throws(Refusal) -> [UpdateIdentity] {
    guard let identities, identities.count <= Int(limit) else { throw .invalidParameters("updateIds") }
    return identities
  }
}

extension RevisionFilter {
  /// A 1.1 DSS handles at most 63 languages and does not say so (AMB-07, SSS-065).
  func adapted(to version: ProtocolVersion) -> RevisionFilter {
    guard version < .firstWith511Languages else { return self }
    var filter = self
    filter.is63LanguagesOnly = true
    return filter
  }
}
