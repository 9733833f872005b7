import Foundation
import Packing
import Sealing
import TestSupport
import UpdateModel
import WireFormat

/// What a ``SimulatedUSS`` holds and how it behaves.
struct SimulatedUSSState: Sendable {
  struct Revision: Sendable {
    var metadata: UpdateMetadata
    var document: [UInt8]
    var muURLs: [FileDigest: String] = [:]
    var keys: [FileDigest: [UInt8]] = [:]
    var sequence: Int64
  }

  // What it holds.
  var revisions: [UpdateIdentity: Revision] = [:]
  var groups: [TargetGroup] = [.allComputers, .unassignedComputers]
  var deployments: [GUID: (deployment: Deployment, sequence: Int64)] = [:]
  var dead: [GUID: Int64] = [:]
  var hidden: [GUID] = []
  var acceptedEULAs: [GUID] = []
  var sequence: Int64 = 0
  var folder: ContentFolder?
  var temporary: TemporaryDirectory?

  // How it behaves.
  var rules: [SimulatedUSS.Rule] = []
  var isCatalogOnly = false
  var limits = RequestLimits()
  var languages: [LanguageSetting] = [
    LanguageSetting(languageID: 0, shortName: "all", longName: "all", isEnabled: false),
    LanguageSetting(languageID: 1033, shortName: "en", longName: "English", isEnabled: true),
    LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: false),
  ]
  var version: ProtocolVersion? = .announced
  var blobForm = SimulatedUSS.BlobForm.plain
  /// Sent instead of the document.
  var cabinets: [UpdateIdentity: [UInt8]] = [:]
  var serviceURL = "DssAuthWebService/DssAuthWebService.asmx"
  var clock: @Sendable () -> Timestamp = { Timestamp(year: 2026, month: 3, day: 10) }
  var clockOffset: Double = 0
  var cookieLife: Double = 14_400
  var sendsDate = true
  /// Refuses larger GetUpdateData requests, whatever it advertised.
  var acceptsAtMost = Int.max
  /// Never delivered although listed.
  var omitted: Set<UpdateIdentity> = []
  /// Leaves every third document of an answer out.
  var dropsEveryThird = false
  /// Gives the document of the next one to each identity.
  var swapsBlobs = false
  /// Digests answered 404 until DownloadFiles named them, and then so many GETs more.
  var withheld: [FileDigest: Int] = [:]
  var requestedFiles: [FileDigest] = []

  // What it saw.
  var calls: [SimulatedUSS.Call] = []
  var contentRequests: [RecordedRequest] = []
  var cookies: [[UInt8]: Timestamp] = [:]
  var expiredCookieUses = 0
  var askedIdentities: [[UpdateIdentity]] = []
  var askedKeys: [[UpdateIdentity]] = []
  var askedFiles: [[FileDigest]] = []

  var now: Timestamp { clock().adding(seconds: clockOffset) }

  var dateText: String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.string(from: Date(timeIntervalSince1970: now.unixSeconds))
  }
}

extension ScriptedReply {
  /// The same without the XML element of that name, which has no prefix and no children.
  func removing(_ element: String) -> ScriptedReply {
    guard case .bytes(let bytes) = body else { return self }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let start = text.range(of: "<\(element)>"), let end = text.range(of: "</\(element)>") else { return self }
    return .bytes(Array((text[..<start.lowerBound] + text[end.upperBound...]).utf8), type: "text/xml")
  }
}

// What it holds.
extension SimulatedUSSState {
  @discardableResult
  mutating func add(_ metadata: UpdateMetadata, keys: [FileDigest: [UInt8]] = [:]) -> UpdateIdentity {
    sequence += 1
    revisions[metadata.identity] = Revision(
      metadata: metadata, document: UpdateDocumentWriter.write(metadata), keys: keys, sequence: sequence)
    return metadata.identity
  }

  mutating func deploy(_ deployment: Deployment) {
    sequence += 1
    deployments[deployment.deploymentID] = (deployment, sequence)
  }

  mutating func undeploy(_ id: GUID) {
    sequence += 1
    deployments[id] = nil
    dead[id] = sequence
  }

  /// Makes a file with its digests and serves it under its hex name.
  mutating func addFile(_ bytes: [UInt8], name: String = "payload.cab", hasSHA256: Bool = true) throws -> ContentFile {
    let directory = try temporary ?? TemporaryDirectory()
    temporary = directory
    if folder == nil { folder = ContentFolder(root: directory.path) }
    let digests = try FileDigester.digests(of: bytes)
    let additional = hasSHA256 ? [AdditionalDigest(algorithm: "SHA256", bytes: digests.sha256.bytes)] : []
    let file = ContentFile(
      digest: digests.sha1, additionalDigests: additional, fileName: name, size: Int64(bytes.count))
    try directory.write(bytes, to: "\(file.digest.folder)/\(file.contentName)")
    return file
  }

  mutating func isWithheld(_ digest: FileDigest) -> Bool {
    guard let rest = withheld[digest] else { return false }
    guard requestedFiles.contains(digest), rest <= 0 else {
      if requestedFiles.contains(digest) { withheld[digest] = rest - 1 }
      return true
    }
    return false
  }
}

// How it answers.
extension SimulatedUSSState {
  mutating func answer(_ request: IncomingRequest) throws -> ScriptedReply {
    let version = request.version
    switch request.operationName {
    case GetAuthConfig.operationName:
      let plugIn = GetAuthConfig.PlugIn(plugInID: "DssTargeting", serviceURL: serviceURL)
      return reply(GetAuthConfig.self, .init(lastChange: now, plugIns: [plugIn]), version)
    case GetAuthorizationCookie.operationName:
      return reply(GetAuthorizationCookie.self, AuthorizationCookie(cookieData: [1, 2, 3]), version)
    case GetCookie.operationName: return issueCookie(version)
    case GetConfigData.operationName:
      return try checked(request, GetConfigData.self, \.cookie) { state, _ in state.configuration }
    case GetRevisionIdList.operationName:
      return try checked(request, GetRevisionIdList.self, \.cookie) { state, request in state.list(request.filter) }
    case GetUpdateData.operationName: return try updateData(request)
    case GetUpdateDecryptionData.operationName:
      return try checked(request, GetUpdateDecryptionData.self, \.cookie) { $0.keys($1.identities ?? []) }
    case GetDeployments.operationName:
      return try checked(request, GetDeployments.self, \.cookie) { state, request in state.deploymentState(request) }
    case DownloadFiles.operationName:
      return try checked(request, DownloadFiles.self, \.cookie) { state, request in
        state.askedFiles.append(request.digests ?? [])
        state.requestedFiles += request.digests ?? []
        return DownloadFiles.Response()
      }
    default: return .text("unknown operation", status: 400)
    }
  }

  private func reply<Op: WireOperation>(_ operation: Op.Type, _ response: Op.Response, _ version: SOAPVersion)
    -> ScriptedReply
  {
    .bytes(SOAPReply.encode(operation, response, version: version), type: version.contentType)
  }

  private mutating func issueCookie(_ version: SOAPVersion) -> ScriptedReply {
    let data = Array("cookie \(cookies.count + 1)".utf8)
    let expiration = now.adding(seconds: cookieLife)
    cookies[data] = expiration
    return reply(GetCookie.self, Cookie(expiration: expiration, encryptedData: data), version)
  }

  private mutating func checked<Op: WireOperation>(
    _ request: IncomingRequest, _ operation: Op.Type, _ cookie: (Op.Request) -> Cookie?,
    _ respond: (inout SimulatedUSSState, Op.Request) throws -> Op.Response
  ) throws -> ScriptedReply {
    let decoded = try request.decode(operation)
    guard let expiration = cookie(decoded).flatMap({ cookies[$0.encryptedData] }) else {
      return SimulatedUSS.fault(.invalidCookie, request.version)
    }
    if expiration <= now {
      expiredCookieUses += 1
      return SimulatedUSS.fault(.invalidCookie, request.version)
    }
    return reply(operation, try respond(&self, decoded), request.version)
  }

  private var configuration: ServerConfiguration {
    ServerConfiguration(
      isCatalogOnly: isCatalogOnly, isLazy: true, hostsPSFFiles: false, limits: limits, protocolVersion: version,
      anchor: ConfigAnchor(anchor), languages: languages)
  }

  /// The highest sequence now, in the form of Windows.
  private var anchor: String { "\(sequence),\(now.anchorText)" }

  private func sequence(of anchor: String?) -> Int64 {
    anchor.flatMap { $0.split(separator: ",").first }.flatMap { Int64($0) } ?? 0
  }

  private func list(_ filter: RevisionFilter?) -> RevisionIDList {
    let after = sequence(of: filter?.anchor?.text)
    let rows = revisions.values.filter { revision in
      guard revision.metadata.kind.isConfiguration == (filter?.isConfiguration ?? false) else { return false }
      return isListed(revision, filter, after)
    }
    var highest: [GUID: Int32] = [:]
    for revision in revisions.values {
      let identity = revision.metadata.identity
      highest[identity.updateID] = max(highest[identity.updateID] ?? .min, identity.revisionNumber)
    }
    let identities = rows.map(\.metadata.identity).filter { highest[$0.updateID] == $0.revisionNumber }
    return RevisionIDList(anchor: SyncAnchor(anchor), identities: identities.sorted())
  }

  private func isListed(_ revision: Revision, _ filter: RevisionFilter?, _ after: Int64) -> Bool {
    guard let filter, !filter.isConfiguration, !filter.categories.isEmpty || !filter.classifications.isEmpty else {
      return revision.sequence > after
    }
    let named = Set(revision.metadata.prerequisites.filter(\.isCategory).flatMap(\.updateIDs))
    let entries = [filter.categories, filter.classifications].map { $0.filter { named.contains($0.id) } }
    guard entries.allSatisfy({ !$0.isEmpty }) else { return false }
    return revision.sequence > after || entries.joined().contains { !$0.isDelta }
  }

  private mutating func updateData(_ request: IncomingRequest) throws -> ScriptedReply {
    let asked = try request.decode(GetUpdateData.self).identities ?? []
    askedIdentities.append(asked)
    guard asked.count <= min(Int(limits.updates), acceptsAtMost) else {
      return SimulatedUSS.fault(.invalidParameters, request.version, message: "updateIds")
    }
    let form = blobForm
    let answered = try checked(request, GetUpdateData.self, \.cookie) { state, _ in try state.documents(asked) }
    guard form == .markup, case .bytes(let bytes) = answered.body else { return answered }
    return .bytes(Self.unescapingBlobs(bytes), type: request.version.contentType)
  }

  private func documents(_ asked: [UpdateIdentity]) throws -> GetUpdateData.Response {
    var found = asked.filter { !omitted.contains($0) }.compactMap { revisions[$0] }
    if dropsEveryThird, found.count > 1 {
      found = found.enumerated().filter { $0.offset % 3 != 2 }.map(\.element)
    }
    var response = GetUpdateData.Response(updates: [], locations: [])
    for (index, revision) in found.enumerated() {
      let source = swapsBlobs ? found[(index + 1) % found.count] : revision
      let digests = revision.metadata.files.map(\.digest)
      let identity = revision.metadata.identity
      let sent = try cabinets[identity].map { MetadataBlob.cabinet($0) } ?? blob(source.document)
      response.updates.append(UpdateDocument(identity: identity, blob: sent, fileDigests: digests))
      response.locations += digests.map { FileLocation(digest: $0, muURL: revision.muURLs[$0]) }
    }
    return response
  }

  private func blob(_ document: [UInt8]) throws -> MetadataBlob {
    switch blobForm {
    case .plain, .markup: .plain(document)
    case .utf8Cabinet: .cabinet(try StoredCabinet.pack(document))
    case .utf16Cabinet:
      .cabinet(
        try StoredCabinet.pack(
          String(decoding: document, as: UTF8.self).utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }))
    }
  }

  /// The specification's sample shows the blob as markup instead of escaped text (AMB-18).
  private static func unescapingBlobs(_ bytes: [UInt8]) -> [UInt8] {
    let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "XmlUpdateBlob>")
    let changed = parts.enumerated().map { index, part in
      guard index % 2 == 1 else { return part }
      return part.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
        .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&amp;", with: "&")
    }
    return Array(changed.joined(separator: "XmlUpdateBlob>").utf8)
  }

  private mutating func keys(_ asked: [UpdateIdentity]) -> GetUpdateDecryptionData.Response {
    askedKeys.append(asked)
    return GetUpdateDecryptionData.Response(
      updates: asked.compactMap { revisions[$0] }.map { revision in
        GetUpdateDecryptionData.UpdateKeys(
          identity: revision.metadata.identity,
          files: revision.metadata.files.map { .init(digest: $0.digest, decryptionKey: revision.keys[$0.digest]) })
      })
  }

  private func deploymentState(_ request: GetDeployments.Request) -> DeploymentState {
    let after = sequence(of: request.deploymentAnchor?.text)
    let upTo = sequence(of: request.syncAnchor?.text)
    let window = { (sequence: Int64) in sequence > after && sequence <= upTo }
    return DeploymentState(
      anchor: DeploymentAnchor(request.syncAnchor?.text ?? ""), groups: groups,
      deployments: deployments.values.filter { window($0.sequence) }.map(\.deployment)
        .sorted { $0.deploymentID < $1.deploymentID },
      deadDeployments: dead.filter { window($0.value) }.map(\.key).sorted(), hiddenUpdates: hidden,
      acceptedEULAs: acceptedEULAs)
  }
}
