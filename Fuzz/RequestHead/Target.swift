import Fuzzing
import NIOCore
import NIOEmbedded
import NIOHTTP1
import UpdateModel

@testable import UpdateServer

/// Bytes of a connection: whole and in pieces through the parser of heads, then through the rules of content.
func check(_ input: [UInt8]) {
  var choices = Choices(input)
  let whole = heads([input])
  let pieces = heads(choices.pieces(of: input))
  require(whole == pieces, "the pieces of requests changed them: \(whole), \(pieces)")
  for head in whole { checkHead(head) }
  readValues(String(decoding: input.prefix(300), as: UTF8.self))
}

/// Collects heads until the parser gives up.
private final class HeadCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  var heads: [HTTPRequestHead] = []

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head(let head) = unwrapInboundIn(data) { heads.append(head) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// With the bounds that every connection has (`ServingChannel`).
private func heads(_ pieces: [[UInt8]]) -> [HTTPRequestHead] {
  var bounds = NIOHTTPDecoderLimitConfiguration()
  (bounds.maxHeaderFieldSize, bounds.maxHeaderListSize, bounds.maxHeaderFieldCount) = (16 << 10, 32 << 10, 100)
  let channel = EmbeddedChannel()
  let collector = HeadCollector()
  do {
    try channel.pipeline.syncOperations.addHandlers([
      ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: bounds)), collector,
    ])
    for piece in pieces { try channel.writeInbound(ByteBuffer(bytes: piece)) }
    _ = try channel.finish(acceptAlreadyClosed: true)
  } catch {}
  return collector.heads
}

private func checkHead(_ head: HTTPRequestHead) {
  checkRoute(head.uri)
  let request = ContentRequest(method: head.method == .HEAD ? .head : .get, headers: head.headers)
  checkAnswers(request)
  guard let exchange = ContentExchange(head) else { return }
  require(exchange.request == request, "a request was read in two ways")
}

private func checkRoute(_ target: String) {
  let route = ServiceRoute(target: target)
  guard let quick = ContentPath(usualTarget: target) else { return }
  // The quick reading of usual paths agrees with the careful one.
  let parts = target.split(separator: "/")
  require(parts.count == 3, "\(target) is no usual path")
  require(ContentPath(folder: parts[1], name: parts[2]) == quick, "\(target) was read in two ways")
  require(route == .content(quick), "\(target) leads elsewhere")
}

private let digest: FileDigest = {
  guard let digest = FileDigest(bytes: Array(1...20)) else { fatalError("a digest has 20 bytes") }
  return digest
}()

private let modified = Timestamp("2026-10-04T20:33:26.65455Z") ?? .never

private func checkAnswers(_ request: ContentRequest) {
  for size: Int64 in [0, 1, 500, 4_096, 5_000_000_000, .max / 4] {
    let card = ContentCard(digest: digest, name: "a.cab", size: size, modified: modified)
    checkAnswer(ContentAnswer(request, card), request, card)
  }
}

private func checkAnswer(_ answer: ContentAnswer, _ request: ContentRequest, _ card: ContentCard) {
  var files: Int64 = 0
  var texts: Int64 = 0
  for segment in answer.segments {
    switch segment {
    case .text(let text): texts += Int64(text.utf8.count)
    case .file(let range):
      let isInside = range.first >= 0 && range.first <= range.last && range.last < card.size
      require(isInside, "\(range) of \(card.size) bytes")
      files += range.count
    }
  }
  require(files <= card.size * 2, "\(files) bytes of a file of \(card.size)")
  require(texts <= 50_000, "\(texts) bytes of heads of parts")
  checkFields(answer)
  let length = answer.fields.first { $0.name == "Content-Length" }.flatMap { Int64($0.value) }
  switch (answer.status, request.method) {
  case (304, _): require(length == nil && files == 0, "304 with a body")
  case (200, .head), (206, .head): require(files + texts == 0, "HEAD with a body")
  case (200, .get): require(length == files + texts && files == card.size, "200 with \(files) bytes")
  case (206, .get): require(length == files + texts && files > 0, "206 with \(files) bytes")
  case (412, _), (416, _): require(length == 0 && files + texts == 0, "\(answer.status) with a body")
  default: fatalError("status \(answer.status)")
  }
  checkCursor(answer.segments)
}

/// A value from a request never becomes a header line of the answer.
private func checkFields(_ answer: ContentAnswer) {
  var lines = ResponseText.head(answer)
  let text = lines.readString(length: lines.readableBytes) ?? ""
  let ends = text.utf8.count { $0 == 0x0A || $0 == 0x0D }
  require(ends == 2 * (answer.fields.count + 1), "a line break inside a header: \(text)")
}

/// Pieces follow each other without gap or overlap.
private func checkCursor(_ segments: [ContentSegment]) {
  let total = segments.reduce(0) { $0 + $1.count }
  let limit = max(1, total / 50)
  var cursor = SegmentCursor(segments)
  var sent: Int64 = 0
  while let piece = cursor.next(limit: limit) {
    if case .file(let range) = piece { require((1...limit).contains(range.count), "a piece of \(range.count) bytes") }
    sent += piece.count
  }
  require(cursor.isAtEnd && sent == total, "\(sent) of \(total) bytes were sent")
}

/// Values of single headers.
private func readValues(_ text: String) {
  if let entries = RangeHeader.parse(text) { checkRange(entries) }
  if let entries = RangeHeader.parse("bytes=\(text)") { checkRange(entries) }
  _ = EntityTagList(text)
  if let moment = HTTPDate.moment(text) {
    require(HTTPDate.moment(HTTPDate.text(moment)) == moment, "the date \(text) changed")
  }
  _ = ServiceRoute(target: text)
  checkRoute(text)
  checkAnswers(
    ContentRequest(
      range: text, ifRange: text, ifMatch: nil, ifNoneMatch: text, ifModifiedSince: text, ifUnmodifiedSince: text))
}

private func checkRange(_ entries: [RangeSpecifier]) {
  require((1...RangeHeader.maximumEntries).contains(entries.count), "\(entries.count) entries")
  let written = entries.map { entry in
    switch entry {
    case .closed(let first, let last): "\(first)-\(last)"
    case .open(let first): "\(first)-"
    case .suffix(let count): "-\(count)"
    }
  }
  require(RangeHeader.parse("bytes=\(written.joined(separator: ","))") == entries, "\(entries) was read as others")
}
