import Catalog
import Offering
import UpdateModel
import WireFormat

extension ClientService {
  /// MS-WUSP 3.1.5.9.
  @Sendable func extendedUpdateInfo(
    _ request: GetExtendedUpdateInfo.Request, of caller: ClientCaller
  ) async throws -> GetExtendedUpdateInfo.Response {
    guard let ids = request.revisionIDs, ids.count <= configuration.limits.extendedUpdates else {
      throw Refusal.invalidParameters("revisionIDs")
    }
    let kinds = try kinds(request.infoTypes, locales: request.locales)
    let root = try address.root(for: .current)
    let offer = try await offers.offer(to: caller.record.groups, at: clock())
    let offered = ids.unique.filter(offer.isOffered).map { RevisionID(Int64($0)) }
    let found = try await fragments(
      offered, kinds, locales: request.locales, geoID: request.geoID, parameter: "revisionIDs")
    return GetExtendedUpdateInfo.Response(
      updates: found, locations: try await catalog.clientFiles(of: offered).map { ContentLocation($0, below: root) },
      outOfScopeRevisionIDs: ids.unique.filter { !offer.isOffered(revisionID: $0) })
  }

  /// MS-WUSP 2.2.2.2.10. What is not deployed to the client is passed over in silence (A-22, WUSP-304).
  @Sendable func extendedUpdateInfo2(
    _ request: GetExtendedUpdateInfo2.Request, of caller: ClientCaller
  ) async throws -> GetExtendedUpdateInfo2.Response {
    guard let identities = request.updateIDs, identities.count <= configuration.limits.extendedUpdates else {
      throw Refusal.invalidParameters("updateIDs")
    }
    let kinds = try kinds(request.infoTypes, locales: request.locales)
    let types = request.infoTypes ?? []
    let root = try address.root(for: .current)
    let offer = try await offers.offer(to: caller.record.groups, at: clock())
    let numbered = zip(identities, try await catalog.revisionIDs(identities)).compactMap { identity, id in
      id.flatMap { offer.isOffered($0) ? (identity: identity, id: $0) : nil }
    }
    let offered = numbered.map(\.id)
    var response = GetExtendedUpdateInfo2.Response()
    response.updates = try await fragments(
      offered, kinds, locales: request.locales, geoID: nil, parameter: "updateIDs")
    guard types.contains(.fileURL) || types.contains(.fileDecryption) else { return response }
    let keys = try await catalog.decryptionData(numbered.map(\.identity))
    let files = try await catalog.clientFiles(of: offered)
    if types.contains(.fileURL) {
      let keyOf = keys.byDigest
      response.locations = files.map { ContentLocation($0, below: root, key: keyOf[$0.file.digest]) }
    }
    if types.contains(.fileDecryption) {
      response.keys = keys.flatMap(\.files).compactMap { file in
        file.key.map { GetExtendedUpdateInfo2.FileKey(digest: file.digest, decryptionKey: $0) }
      }
      let encrypted = keys.revisions(withEncryptedOf: files)
      response.encryption = numbered.map { identity, _ in
        GetExtendedUpdateInfo2.EncryptionDetail(
          identity: identity, hasEncryptedFiles: encrypted.contains(identity))
      }
    }
    return response
  }

  /// MS-WUSP 3.1.5.10. Digests that nobody knows are left out.
  @Sendable func fileLocations(
    _ request: GetFileLocations.Request, of caller: ClientCaller
  ) async throws -> GetFileLocations.Response {
    guard let digests = request.fileDigests, digests.count <= configuration.limits.fileDigests else {
      throw Refusal.invalidParameters("fileDigests")
    }
    let root = try address.root(for: .current)
    let files = try await catalog.clientFiles(digests.unique)
    return GetFileLocations.Response(
      locations: files.map { ContentLocation($0, below: root) }, newCookie: try mint.cookie(caller.cookie))
  }

  /// What is stored of the types that are asked for.
  private func kinds(_ types: [FragmentType]?, locales: [String]?) throws(Refusal) -> [FragmentKind] {
    guard let types else { throw .invalidParameters("infoTypes") }
    if locales == nil, types.contains(where: \.isLocalized) { throw .invalidParameters("locales") }
    return types.unique.compactMap { FragmentKind($0) }
  }

  private func fragments(
    _ revisionIDs: [RevisionID], _ kinds: [FragmentKind], locales: [String]?, geoID: String?, parameter: String
  ) async throws -> [UpdateFragment] {
    if kinds.isEmpty || revisionIDs.isEmpty { return [] }
    try await fragments.derive(revisionIDs)
    let page = try await catalog.fragments(
      revisionIDs, kinds: kinds, locales: locales ?? [], geoID: geoID,
      maximumBytes: configuration.limits.extendedBytes)
    guard page.isComplete else { throw Refusal.invalidParameters(parameter) }
    return page.fragments.map { UpdateFragment(id: Int32(truncatingIfNeeded: $0.revisionID.value), xml: $0.bytes) }
  }
}

extension GroupOffer {
  /// Numbers that no client can name are offered to none.
  fileprivate func isOffered(_ revisionID: RevisionID) -> Bool {
    Int32(exactly: revisionID.value).map { isOffered(revisionID: $0) } ?? false
  }
}

extension FragmentKind {
  /// nil for what is no stored fragment (WUSP-165).
  fileprivate init?(_ type: FragmentType) {
    switch type {
    case .core: self = .core
    case .extended: self = .extended
    case .localizedProperties: self = .localizedProperties
    case .eula: self = .eula
    case .published, .verificationRule, .fileURL, .fileDecryption: return nil
    }
  }
}

extension ContentLocation {
  /// Also for files that are not here (yet): what is offered for installation has all of them.
  fileprivate init(_ file: ClientFile, below root: String) {
    self.init(digest: file.file.digest, url: Self.url(file, root))
  }

  /// With the names of the digests, and the key of an encrypted file.
  fileprivate init(_ file: ClientFile, below root: String, key: [UInt8]?) {
    self.init(
      digest: file.file.digest, url: Self.url(file, root), digestAlgorithm: "SHA1",
      decryptionInformation: key.map { DecryptionInformation.text(key: $0) })
  }

  private static func url(_ file: ClientFile, _ root: String) -> String {
    file.isPresent
      ? ContentAddress.url(of: file.file, below: root) : file.muURL ?? ContentAddress.url(of: file.file, below: root)
  }
}

/// `DecryptionInformation` of a file: JSON without what has its default (MS-WUSP 2.2.2.2.10).
enum DecryptionInformation {
  static func text(key: [UInt8]) -> String {
    "{\"KeyData\":\"\(String(decoding: Base64.encode(key), as: UTF8.self))\"}"
  }
}

extension [RevisionKeys] {
  fileprivate var byDigest: [FileDigest: [UInt8]] {
    let known = lazy.flatMap(\.files).compactMap { file in file.key.map { (file.digest, $0) } }
    return Dictionary(known) { first, _ in first }
  }

  fileprivate func revisions(withEncryptedOf files: [ClientFile]) -> Set<UpdateIdentity> {
    let encrypted = Set(files.lazy.filter(\.file.isEncrypted).map(\.file.digest))
    return Set(lazy.filter { $0.files.contains { encrypted.contains($0.digest) } }.map(\.identity))
  }
}

extension Array where Element: Hashable {
  /// Each once, in their order.
  var unique: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
