import Fuzzing
import UpdateModel

@testable import WireFormat

/// The body of a request: read whole and in pieces, decoded as each operation, written and read again.
func check(_ input: [UInt8]) {
  readHeaders(input)
  let whole = parse(input)
  checkPieces(input)
  checkTightLimits(input)
  switch whole {
  case .failure(let error): checkFault(answering: error)
  case .success(let request): decodeAll(request)
  }
}

private func parse(_ bytes: [UInt8]) -> Result<IncomingRequest, WireError> {
  do throws(WireError) { return .success(try IncomingRequest.parse(bytes)) } catch { return .failure(error) }
}

/// The same parser fed in pieces gives the same tree or the same error.
private func checkPieces(_ bytes: [UInt8]) {
  var choices = Choices(bytes)
  let blockSize = 1 + choices.number(below: 600)
  let whole = tree([bytes], .request, blockSize)
  require(tree(choices.pieces(of: bytes), .request, blockSize) == whole, "the pieces of a message changed its meaning")
}

private func checkTightLimits(_ bytes: [UInt8]) {
  let tight = XMLLimits(
    depth: 6, elements: 30, text: 100, attributes: 3, attributeBytes: 200, token: 300, total: 3_000)
  guard case .success(let element) = tree([bytes], tight, 64) else { return }
  require(bytes.count <= 3_000, "a total limit was not kept")
  require(element.count <= 30, "a limit of elements was not kept")
  require(element.depth <= 6, "a limit of depth was not kept")
}

private func tree(
  _ pieces: [[UInt8]], _ limits: XMLLimits, _ blockSize: Int
) -> Result<XMLElement, WireError> {
  let builder = XMLTreeBuilder()
  let parser = XMLPushParser(limits: limits, handler: builder, blockSize: blockSize)
  do throws(WireError) {
    for piece in pieces { try push(piece, to: parser) }
    try parser.finish()
  } catch { return .failure(error) }
  guard let root = builder.root else { fatalError("a document without a root was accepted") }
  return .success(root)
}

private func push(_ piece: [UInt8], to parser: XMLPushParser) throws(WireError) {
  let failure = piece.withUnsafeBytes { bytes -> WireError? in
    do throws(WireError) {
      try parser.push(bytes)
      return nil
    } catch { return error }
  }
  if let failure { throw failure }
}

extension XMLElement {
  fileprivate var count: Int { children.reduce(1) { $0 + $1.count } }
  fileprivate var depth: Int { 1 + (children.map(\.depth).max() ?? 0) }
}

private func decodeAll(_ request: IncomingRequest) {
  decode(GetAuthConfig.self, request)
  decode(GetAuthorizationCookie.self, request)
  decode(GetCookie.self, request)
  decode(GetConfigData.self, request)
  decode(GetRevisionIdList.self, request)
  decode(GetUpdateData.self, request)
  decode(GetUpdateDecryptionData.self, request)
  decode(GetDeployments.self, request)
  decode(DownloadFiles.self, request)
  decode(GetRelatedRevisionsForUpdates.self, request)
  decode(Ping.self, request)
  decodeAllOfClients(request)
}

private func decodeAllOfClients(_ request: IncomingRequest) {
  decode(GetClientConfig.self, request)
  decode(GetClientAuthorizationCookie.self, request)
  decode(GetClientCookie.self, request)
  decode(RegisterComputer.self, request)
  decode(StartCategoryScan.self, request)
  decode(SyncUpdates.self, request)
  decode(SyncPrinterCatalog.self, request)
  decode(RefreshCache.self, request)
  decode(GetExtendedUpdateInfo.self, request)
  decode(GetExtendedUpdateInfo2.self, request)
  decode(GetFileLocations.self, request)
  decode(ReportEventBatch.self, request)
  decode(ReportEventBatch2.self, request)
  decode(GetRequiredInventoryType.self, request)
  decode(ReportInventory.self, request)
}

/// What was understood is written and understood again as the same.
private func decode<Op: WireFormat.Operation>(_ operation: Op.Type, _ request: IncomingRequest) {
  let decoded: Op.Request
  do throws(WireError) { decoded = try request.decode(operation) } catch { return checkFault(answering: error) }
  let written = SOAPRequest.encode(operation, decoded, version: request.version)
  do throws(WireError) {
    let read = try IncomingRequest.parse(
      written.body, contentType: written.contentType, soapAction: written.soapAction)
    require(read.isCall(of: operation), "\(Op.name) was written as \(read.operationName)")
    require(read.action == Op.action, "\(Op.name) was written with the action \(read.action ?? "")")
    let again = try read.decode(operation)
    require(again == decoded, "\(decoded) was written and read as \(again)")
  } catch {
    require(false, "\(decoded) was written and refused: \(error)")
  }
}

/// Whatever the caller sent, the fault that answers it is well-formed and says what it says.
private func checkFault(answering error: WireError) {
  let fault = SOAPFault(answering: error, id: .zero)
  for version in SOAPVersion.allCases {
    let parser = ReplyParser<Ping>(version: version)
    do throws(WireError) {
      try parser.push(fault.encode(version: version))
      guard case .fault(let read) = try parser.finish() else { fatalError("a fault was read as a response") }
      // Without an ErrorCode the reader looks for one in the text, and the text quotes the caller.
      let isSame = read.isClientFault == fault.isClientFault && (read.code == fault.code || fault.code == nil)
      require(isSame, "\(fault) was read as \(read)")
    } catch {
      require(false, "the fault for \(fault) was refused: \(error)")
    }
  }
}

private let plainPing = Array(
  """
  <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Ping><pingLevel>1</pingLevel></Ping>\
  </s:Body></s:Envelope>
  """.utf8)

/// Two headers belong to the body.
private func readHeaders(_ input: [UInt8]) {
  let text = String(decoding: input.prefix(200), as: UTF8.self)
  do throws(WireError) {
    let request = try IncomingRequest.parse(plainPing, contentType: text, soapAction: text)
    require(request.operationName == "Ping", "a header changed the operation")
  } catch { checkFault(answering: error) }
}
