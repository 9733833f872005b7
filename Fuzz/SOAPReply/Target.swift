import Fuzzing
import UpdateModel

@testable import WireFormat

/// A reply as a hostile USS may send it: each operation reads it whole and in pieces, in both versions.
func check(_ input: [UInt8]) {
  read(GetAuthConfig.self, input)
  read(GetAuthorizationCookie.self, input)
  read(GetCookie.self, input)
  read(GetConfigData.self, input)
  readStreamed(GetRevisionIdList.self, input)
  readStreamed(GetUpdateData.self, input)
  read(GetUpdateDecryptionData.self, input)
  read(GetDeployments.self, input) { written($0) }
  read(DownloadFiles.self, input)
  read(GetRelatedRevisionsForUpdates.self, input)
  read(Ping.self, input)
}

private typealias Outcome<Op: WireFormat.Operation> = Result<Reply<Op.Response>, WireError>

/// - Parameter written: what is written of a response: not all that is read may be sent.
private func read<Op: WireFormat.Operation>(
  _ operation: Op.Type, _ input: [UInt8], written: (Op.Response) -> Op.Response = { $0 }
) {
  guard let (response, version) = outcome(operation, input) else { return }
  checkRoundTrip(operation, response, written(response), version)
}

/// Priorities that no server may send are raised or lowered to those that one may.
private func written(_ state: DeploymentState) -> DeploymentState {
  var state = state
  for index in state.deployments.indices {
    state.deployments[index].downloadPriority = min(max(state.deployments[index].downloadPriority, 1), 3)
  }
  return state
}

private func readStreamed<Op: StreamedOperation>(_ operation: Op.Type, _ input: [UInt8]) {
  guard let (response, version) = outcome(operation, input) else { return }
  checkRoundTrip(operation, response, Op.prepared(response), version)
  let whole = SOAPReply.encode(operation, response, version: version)
  let pieces = Array(SOAPReply.chunks(operation, response, version: version, size: 100).joined())
  require(whole == pieces, "\(Op.name) was written otherwise in pieces than whole")
}

/// - Returns: what the operation understood, the same however the bytes arrived. Operations that nobody names are left
///   out, but for one by chance: each costs as much as the whole rest.
private func outcome<Op: WireFormat.Operation>(
  _ operation: Op.Type, _ input: [UInt8]
) -> (Op.Response, SOAPVersion)? {
  var choices = Choices(input)
  let isNamed = choices.number(below: 8) == 0 || input.contains(Array(Op.operationName.utf8))
  guard isNamed || Op.self == Ping.self else { return nil }
  let pieces = choices.pieces(of: input)
  for version in SOAPVersion.allCases {
    let whole = parse(operation, [input], version)
    let inPieces = parse(operation, pieces, version)
    require(isSame(whole, inPieces), "\(Op.name): the pieces of a reply changed its meaning: \(whole), \(inPieces)")
    switch whole {
    case .success(.response(let response)): return (response, version)
    case .success(.fault(let fault)):
      _ = fault.reaction
      _ = fault.missingDigests
    case .failure: continue
    }
  }
  return nil
}

extension [UInt8] {
  /// Whether `word` stands somewhere.
  fileprivate func contains(_ word: [UInt8]) -> Bool {
    guard let first = word.first, count >= word.count else { return false }
    return indices.dropLast(word.count - 1).contains { place in
      self[place] == first && self[place..<place + word.count].elementsEqual(word)
    }
  }
}

private func isSame<Response: Equatable>(
  _ one: Result<Reply<Response>, WireError>, _ other: Result<Reply<Response>, WireError>
) -> Bool { one == other }

private func parse<Op: WireFormat.Operation>(
  _ operation: Op.Type, _ pieces: [[UInt8]], _ version: SOAPVersion
) -> Outcome<Op> {
  let parser = ReplyParser<Op>(version: version)
  do throws(WireError) {
    for piece in pieces { try parser.push(piece) }
    return .success(try parser.finish())
  } catch { return .failure(error) }
}

private func checkRoundTrip<Op: WireFormat.Operation>(
  _ operation: Op.Type, _ response: Op.Response, _ expected: Op.Response, _ version: SOAPVersion
) {
  let bytes = SOAPReply.encode(operation, response, version: version)
  let again = parse(operation, [bytes], version)
  guard case .success(.response(let read)) = again else {
    fatalError("\(Op.name): an answer was written and refused: \(again)")
  }
  require(read == expected, "\(Op.name): \(expected) was written and read as \(read)")
}
