public import UpdateModel
public import WireFormat

/// Titles, files and their places (MS-WUSP 3.2.5.9, 3.2.5.10, guide 8.7 to 8.9).
extension UpdateClient {
  /// What GetExtendedUpdateInfo says of cached revisions. Those that are deployed to this client no longer are left out.
  ///
  /// - Throws: ``UpdateClientError/unknownRevision(_:)``; whatever ends a scan.
  public func describe(_ identities: [UpdateIdentity], locales: [String] = ["en"]) async throws -> [UpdateMetadata] {
    try await prepare()
    var described: [UpdateMetadata] = []
    var rest = identities[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(state.configuration?.extendedUpdates ?? 1))
      rest = rest.dropFirst(batch.count)
      let answer = try await call(GetExtendedUpdateInfo.self) { state in
        GetExtendedUpdateInfo.Request(
          cookie: state.cookie?.cookie, revisionIDs: try revisionIDs(batch),
          infoTypes: [.extended, .localizedProperties], locales: locales)
      }
      note(answer.locations)
      described += try metadata(batch, answer.updates)
    }
    return described
  }

  /// Keys of encrypted files, by the identities of revisions, in the cache or not.
  public func decryptionKeys(of identities: [UpdateIdentity]) async throws -> [GetExtendedUpdateInfo2.FileKey] {
    try await prepare()
    let answer = try await call(GetExtendedUpdateInfo2.self) { state in
      GetExtendedUpdateInfo2.Request(
        cookie: state.cookie?.cookie, updateIDs: identities, infoTypes: [.fileURL, .fileDecryption], locales: nil)
    }
    note(answer.locations)
    return answer.keys
  }

  /// Asks where files are. Those that the server does not know are left out.
  @discardableResult
  public func locate(_ digests: [FileDigest]) async throws -> [FileDigest: String] {
    try await prepare()
    for digest in digests { locations[digest] = nil }
    var rest = digests[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(configuration.limits.locations))
      rest = rest.dropFirst(batch.count)
      let answer = try await call(GetFileLocations.self) { state in
        GetFileLocations.Request(cookie: state.cookie?.cookie, fileDigests: batch)
      }
      take(answer, batch)
    }
    return locations.filter { digests.contains($0.key) }
  }

  /// The remedy for FileLocationChanged: all places that are known are asked for again.
  func locateAgain() async throws {
    let digests = Array(locations.keys)
    locations = [:]
    for start in stride(from: 0, to: digests.count, by: configuration.limits.locations) {
      let batch = Array(digests[start..<min(digests.count, start + configuration.limits.locations)])
      take(try await accepted(GetFileLocations.self, .init(cookie: state.cookie?.cookie, fileDigests: batch)), batch)
    }
  }

  private func take(_ answer: GetFileLocations.Response, _ asked: [FileDigest]) {
    if let cookie = answer.newCookie { state.cookie = CachedCookie(cookie) }
    note(answer.locations.filter { asked.contains($0.digest) })
  }

  private func note(_ found: [ContentLocation]) {
    for location in found { locations[location.digest] = location.url }
  }

  private func revisionIDs(_ identities: [UpdateIdentity]) throws -> [Int32] {
    let numbers = Dictionary(
      state.cache.revisions.map { ($0.identity, $0.revisionID) }, uniquingKeysWith: { first, _ in first })
    return try identities.map { identity in
      guard let number = numbers[identity] else { throw UpdateClientError.unknownRevision(identity) }
      return number
    }
  }

  /// Fragments of what was not asked for are dropped.
  private func metadata(_ identities: [UpdateIdentity], _ fragments: [UpdateFragment]) throws -> [UpdateMetadata] {
    let grouped = Dictionary(grouping: fragments, by: \.id)
    return try zip(identities, revisionIDs(identities)).compactMap { identity, number in
      guard let fragments = grouped[number] else { return nil }
      do { return try UpdateFragments.metadata(of: identity, fragments: fragments.map(\.xml)) } catch {
        throw UpdateClientError.malformedAnswer(operation: GetExtendedUpdateInfo.operationName, reason: "\(error)")
      }
    }
  }
}
