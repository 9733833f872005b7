import UpdateModel

@testable import WireFormat

/// One value of each message.
enum Samples {
  static let guid = GUID(high: 0x266f_6222_c89d_43f2, low: 0x9f8a_6934_0271_e677)
  static let other = GUID(high: 0xccb7_8947_6453_4ecc, low: 0x9de8_bc03_05c9_8f2d)
  static let identity = UpdateIdentity(updateID: guid, revisionNumber: 200)
  static let time = Timestamp("2026-10-04T20:33:26.65455Z") ?? .never
  static let cookie = Cookie(expiration: time, encryptedData: Array(0...200))
  static let authorizationCookie = AuthorizationCookie(cookieData: Array((0...100).reversed()))

  static func digest(_ byte: UInt8) -> FileDigest {
    FileDigest(bytes: [UInt8](repeating: byte, count: 20)) ?? FileDigest(bytes: Array(0..<20))!
  }

  static let configuration = ServerConfiguration(
    isCatalogOnly: false, isLazy: true, hostsPSFFiles: false,
    limits: RequestLimits(updates: 100, driverSets: 1, computerIDs: 2, pnpHardwareIDs: 3, decryptionUpdates: 4),
    protocolVersion: ProtocolVersion(major: 1, minor: 20), anchor: ConfigAnchor("17,2026-10-04 16:33:26.668,abc"),
    languages: [
      LanguageSetting(languageID: 0, shortName: "all", longName: "all", isEnabled: false),
      LanguageSetting(languageID: 1033, shortName: "en", longName: "English", isEnabled: true),
    ])

  static let filter = RevisionFilter(
    anchor: SyncAnchor("9438,2026-10-04 16:09:27.371"), isConfiguration: false, is63LanguagesOnly: false,
    categories: [.init(id: guid, isDelta: true), .init(id: other, isDelta: false)],
    classifications: [.init(id: other, isDelta: true)], languages: [.init(languageID: 1033, isDelta: true)])

  static let document = Array(
    "<upd:Update xmlns:upd=\"urn:u\" a=\"&lt;&amp;\"><upd:T>ä€😀 &#13;\r\n</upd:T></upd:Update>".utf8)

  static let updateData = GetUpdateData.Response(
    updates: [
      UpdateDocument(identity: identity, blob: .plain(document), fileDigests: [digest(1), digest(2)]),
      UpdateDocument(
        identity: UpdateIdentity(updateID: other, revisionNumber: -1), blob: .cabinet(Array("MSCF....".utf8))),
    ],
    locations: [
      FileLocation(digest: digest(1), muURL: "http://download.example.invalid/a?b=1&c=2"),
      FileLocation(digest: digest(2), muURL: nil, decryptionKey: [9, 8, 7]),
    ])

  static let deployments = DeploymentState(
    anchor: DeploymentAnchor("5,2026-10-04 16:33:26.668"),
    groups: [
      .allComputers, .unassignedComputers,
      TargetGroup(
        targetGroupID: guid, name: "Lab <1> & \"2\"", parentGroupID: TargetGroup.allComputers.targetGroupID,
        isBuiltin: false),
    ],
    deployments: [
      Deployment(
        deploymentID: other, identity: identity, targetGroupID: guid, action: .install, adminName: "LAB\\admin",
        deadline: .endOfTime, isAssigned: true, goLiveTime: time, downloadPriority: 2),
      Deployment(
        deploymentID: guid, identity: identity, targetGroupID: other, action: DeploymentAction(rawValue: 7),
        deadline: time, isAssigned: false, goLiveTime: time, downloadPriority: 3),
    ], deadDeployments: [other], hiddenUpdates: [guid, other], acceptedEULAs: [guid])

  static let keys = GetUpdateDecryptionData.Response(updates: [
    .init(
      identity: identity,
      files: [.init(digest: digest(1), decryptionKey: [1, 2, 3]), .init(digest: digest(2), decryptionKey: nil)]),
    .init(identity: UpdateIdentity(updateID: other, revisionNumber: 1), files: []),
  ])
}

/// Something done with a sample of each operation.
protocol SampleVisitor {
  func visit<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request, _ response: Op.Response) throws
}

extension Samples {
  /// Shows every operation to `visitor`.
  static func forEach(_ visitor: some SampleVisitor) throws {
    try visitor.visit(GetAuthConfig.self, .init(), .init(lastChange: time))
    try visitor.visit(
      GetAuthorizationCookie.self, .init(accountName: "dss.lab.invalid", accountGUID: guid), authorizationCookie)
    try visitor.visit(
      GetCookie.self,
      .init(authorizationCookies: [authorizationCookie], oldCookie: cookie, protocolVersion: "1.20"), cookie)
    try visitor.visit(GetConfigData.self, .init(cookie: cookie, anchor: ConfigAnchor("x")), configuration)
    try visitor.visit(
      GetRevisionIdList.self, .init(cookie: cookie, filter: filter),
      RevisionIDList(
        anchor: SyncAnchor("1,2"), identities: [identity, UpdateIdentity(updateID: other, revisionNumber: 1)]))
    try visitor.visit(GetUpdateData.self, .init(cookie: cookie, identities: [identity]), updateData)
    try visitor.visit(GetUpdateDecryptionData.self, .init(cookie: cookie, identities: [identity]), keys)
    try visitor.visit(
      GetDeployments.self,
      .init(cookie: cookie, deploymentAnchor: DeploymentAnchor("d"), syncAnchor: SyncAnchor("s")), deployments)
    try visitor.visit(DownloadFiles.self, .init(cookie: cookie, digests: [digest(1), digest(2)]), .init())
    try visitor.visit(
      GetRelatedRevisionsForUpdates.self, .init(cookie: cookie, updateIDs: [guid]), .init(identities: [identity]))
    try visitor.visit(Ping.self, .init(level: 3), .init(time: time))
  }
}

/// Reads a reply, fed in pieces.
func decodeReply<Op: WireOperation>(
  _ operation: Op.Type, _ bytes: [UInt8], version: SOAPVersion = .v11, piece: Int? = nil
) throws(WireError) -> Reply<Op.Response> {
  let parser = ReplyParser<Op>(version: version)
  let size = piece ?? max(1, bytes.count)
  for start in stride(from: 0, to: bytes.count, by: size) {
    try parser.push(Array(bytes[start..<min(bytes.count, start + size)]))
  }
  return try parser.finish()
}

func decodeReply<Op: WireOperation>(
  _ operation: Op.Type, _ text: String, version: SOAPVersion = .v11
) throws(WireError) -> Reply<Op.Response> {
  try decodeReply(operation, Array(text.utf8), version: version)
}
