import Fuzzing
import WireFormat

/// Any bytes: decoded as a stream within bounds, and encoded and decoded again without a loss.
func check(_ input: [UInt8]) {
  decodeHostile(input)
  roundTrip(input)
  // Several blocks, rarely: they take long.
  if input.first == 0x58, input.count.isMultiple(of: 16) {
    roundTrip(Array(repeatElement(input, count: 130_000 / input.count + 1).joined()))
  }
}

private func decodeHostile(_ stream: [UInt8]) {
  let limit = 200_000
  guard let decoded = try? Xpress.decode(stream, limit: limit) else { return }
  require(decoded.count <= limit, "decoded \(decoded.count) bytes with a limit of \(limit)")
  roundTrip(decoded)
  guard !decoded.isEmpty else { return }
  let tight = try? Xpress.decode(stream, limit: decoded.count - 1)
  require(tight == nil, "a limit below the length was not kept")
  require((try? Xpress.decode(stream, limit: decoded.count)) == decoded, "a limit of the length changed the bytes")
}

private func roundTrip(_ bytes: [UInt8]) {
  let stream = Xpress.encode(bytes)
  do {
    let decoded = try Xpress.decode(stream, limit: bytes.count)
    require(decoded == bytes, "decoded other bytes than were encoded")
  } catch {
    require(false, "an encoded message was refused: \(error)")
  }
  var choices = Choices(bytes)
  var encoder = XpressEncoder()
  var pieces: [UInt8] = []
  for piece in choices.pieces(of: bytes) { pieces += encoder.push(piece) }
  pieces += encoder.finish()
  require(pieces == stream, "a message in pieces was encoded otherwise than whole")
}
