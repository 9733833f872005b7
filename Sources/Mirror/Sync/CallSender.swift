import Catalog
import Packing
import Platform
import Synchronization
import Transfer
import UpdateModel
import WireFormat

/// What an answer carried besides what the session needs to know.
enum CallPayload: Sendable {
  case listing([UpdateIdentity])
  case updates([StagedRevision])
  case keys([RevisionKeys])
  case deployments(DeploymentState)
}

/// Sends one call and turns what comes back into an event. Knows no order and keeps no state.
struct CallSender: Sendable {
  let client: HTTPClient
  let upstream: UpstreamEndpoint
  let version: SOAPVersion
  let maximumAnswer: Int64
  let decoder: DocumentDecoder
  /// Told the size of each piece of an answer.
  let onBytes: @Sendable (Int) -> Void

  /// Below this a body is read, whatever the status, for the fault it may hold (SSS-020).
  private static let maximumErrorBody: Int64 = 1 << 20

  struct Delivery: Sendable {
    let call: CallID
    let event: SyncEvent
    let payload: CallPayload?
  }

  func send(_ id: CallID, _ call: SyncCall) async -> Delivery {
    do throws(SyncError) {
      return try await deliver(id, call)
    } catch {
      return Delivery(call: id, event: .broke(id, error), payload: nil)
    }
  }

  private func deliver(_ id: CallID, _ call: SyncCall) async throws(SyncError) -> Delivery {
    let sync = String(WebService.serverSync.path.dropFirst())
    switch call {
    case .getAuthConfig:
      return try await exchange(id, GetAuthConfig.self, sync, .init()) { response throws(SyncError) in
        (.authConfig(serviceURL: response.dssTargetingURL ?? ""), nil)
      }
    case .getAuthorizationCookie(let path, let name, let guid):
      let request = GetAuthorizationCookie.Request(accountName: name, accountGUID: guid)
      return try await exchange(id, GetAuthorizationCookie.self, path.text, request) { cookie throws(SyncError) in
        (.authorizationCookie(cookie), nil)
      }
    case .getCookie(let authorization, let old, let version):
      let request = GetCookie.Request(
        authorizationCookies: [authorization], oldCookie: old, protocolVersion: version.description)
      return try await exchange(id, GetCookie.self, sync, request) { cookie throws(SyncError) in (.cookie(cookie), nil)
      }
    case .getConfigData(let cookie, let anchor):
      return try await exchange(id, GetConfigData.self, sync, .init(cookie: cookie, anchor: anchor)) {
        configuration throws(SyncError) in (.configuration(configuration), nil)
      }
    case .getRevisionIdList(let cookie, let filter):
      return try await exchange(id, GetRevisionIdList.self, sync, .init(cookie: cookie, filter: filter)) {
        list throws(SyncError) in (.listing(list.anchor), .listing(list.identities))
      }
    case .getUpdateData(let cookie, let identities):
      return try await exchange(id, GetUpdateData.self, sync, .init(cookie: cookie, identities: identities)) {
        response throws(SyncError) in
        let revisions = try await decoder.decode(response, asked: identities)
        return (.updateData(delivered: Set(revisions.map(\.metadata.identity))), .updates(revisions))
      }
    case .getUpdateDecryptionData(let cookie, let identities):
      return try await exchange(id, GetUpdateDecryptionData.self, sync, .init(cookie: cookie, identities: identities)) {
        response throws(SyncError) in (.decryptionKeys, .keys(response.revisionKeys(of: Set(identities))))
      }
    case .getDeployments(let cookie, let anchor, let syncAnchor):
      let request = GetDeployments.Request(cookie: cookie, deploymentAnchor: anchor, syncAnchor: syncAnchor)
      return try await exchange(id, GetDeployments.self, sync, request) { state throws(SyncError) in
        (.deployments, .deployments(state))
      }
    case .downloadFiles(let cookie, let digests):
      return try await exchange(id, DownloadFiles.self, sync, .init(cookie: cookie, digests: digests)) {
        _ throws(SyncError) in (.filesRequested, nil)
      }
    }
  }

  private func exchange<Op: WireOperation>(
    _ id: CallID, _ operation: Op.Type, _ path: String, _ request: Op.Request,
    _ translate: (Op.Response) async throws(SyncError) -> (SyncAnswer, CallPayload?)
  ) async throws(SyncError) -> Delivery {
    let outgoing = SOAPRequest.encode(operation, request, version: version)
    let response = try await post(Op.operationName, path, outgoing)
    let date = response.serverTime
    switch try await read(operation, response) {
    case .fault(let fault): return Delivery(call: id, event: .faulted(id, fault, date: date), payload: nil)
    case .response(let value):
      let (answer, payload) = try await translate(value)
      return Delivery(call: id, event: .answered(id, answer, date: date), payload: payload)
    }
  }

  private func post(_ operation: String, _ path: String, _ outgoing: OutgoingRequest) async throws(SyncError)
    -> HTTPResponse
  {
    var headers: HTTPHeaders = ["Content-Type": outgoing.contentType, "Accept": "text/xml, application/soap+xml"]
    headers["SOAPAction"] = outgoing.soapAction
    // From this machine to itself there is no line to spare, and coding costs more than the rest of a call.
    if upstream.isLoopback { headers["Accept-Encoding"] = "identity" }
    let request = HTTPRequest(
      method: "POST", url: upstream.url(path), headers: headers, body: outgoing.body, maximumBody: maximumAnswer,
      acceptsCompressed: !upstream.isLoopback)
    do { return try await client.execute(request) } catch {
      throw .transport(operation: operation, reason: error.description)
    }
  }

  /// Parses while the bytes arrive. A body that is no SOAP counts as a fault without ErrorCode (SSS-021).
  private func read<Op: WireOperation>(_ operation: Op.Type, _ response: HTTPResponse) async throws(SyncError)
    -> Reply<Op.Response>
  {
    let isError = response.status != 200
    let parser = ReplyParser(operation, version: version)
    var received: Int64 = 0
    do {
      for try await chunk in response.body {
        received += Int64(chunk.count)
        onBytes(chunk.count)
        if isError, received > Self.maximumErrorBody {
          throw SyncError.httpStatus(operation: Op.operationName, response.status)
        }
        try parser.push(chunk)
      }
      let reply = try parser.finish()
      if isError, case .response = reply { throw SyncError.httpStatus(operation: Op.operationName, response.status) }
      return reply
    } catch let error as SyncError {
      throw error
    } catch let error as TransferError {
      throw .transport(operation: Op.operationName, reason: error.description)
    } catch {
      if isError { throw .httpStatus(operation: Op.operationName, response.status) }
      throw .malformedAnswer(operation: Op.operationName, reason: "\(error)")
    }
  }
}

extension GetUpdateDecryptionData.Response {
  /// What was not asked for is dropped.
  fileprivate func revisionKeys(of asked: Set<UpdateIdentity>) -> [RevisionKeys] {
    updates.filter { asked.contains($0.identity) }.map { update in
      let files = update.files.map { RevisionKeys.Entry(digest: $0.digest, key: $0.decryptionKey) }
      return RevisionKeys(identity: update.identity, files: files)
    }
  }
}
