package import UpdateModel
package import WireFormat

/// Names one request of a run.
package struct CallID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let value: Int

  package init(_ value: Int) { self.value = value }

  package static func < (left: CallID, right: CallID) -> Bool { left.value < right.value }
  package var description: String { "call \(value)" }
}

/// A request to the USS as values; the shell writes and sends it.
package enum SyncCall: Sendable {
  case getAuthConfig
  case getAuthorizationCookie(at: ServicePath, accountName: String, accountGUID: GUID)
  case getCookie(AuthorizationCookie, oldCookie: Cookie?, version: ProtocolVersion)
  case getConfigData(Cookie, anchor: ConfigAnchor?)
  case getRevisionIdList(Cookie, RevisionFilter)
  case getUpdateData(Cookie, [UpdateIdentity])
  case getUpdateDecryptionData(Cookie, [UpdateIdentity])
  case getDeployments(Cookie, deploymentAnchor: DeploymentAnchor?, syncAnchor: SyncAnchor)
  case downloadFiles(Cookie, [FileDigest])

  /// The operation's name on the wire.
  package var operation: String {
    switch self {
    case .getAuthConfig: "GetAuthConfig"
    case .getAuthorizationCookie: "GetAuthorizationCookie"
    case .getCookie: "GetCookie"
    case .getConfigData: "GetConfigData"
    case .getRevisionIdList: "GetRevisionIdList"
    case .getUpdateData: "GetUpdateData"
    case .getUpdateDecryptionData: "GetUpdateDecryptionData"
    case .getDeployments: "GetDeployments"
    case .downloadFiles: "DownloadFiles"
    }
  }
}

/// What an answer means to the session. Documents and long lists stay in the shell.
package enum SyncAnswer: Sendable {
  case authConfig(serviceURL: String)
  case authorizationCookie(AuthorizationCookie)
  case cookie(Cookie)
  case configuration(ServerConfiguration)
  case listing(SyncAnchor)
  /// The asked identities of which usable metadata came.
  case updateData(delivered: Set<UpdateIdentity>)
  case decryptionKeys
  case deployments
  case filesRequested
}
