import Packing
import WireFormat

/// How an answer's body is coded (MS-WSUSSS 2.1, guide 2.3): as the caller asked, never otherwise.
enum ContentCoding: String, Hashable, Sendable {
  case identity
  case gzip
  case xpress

  /// Below this many bytes an answer stays plain: it travels in one packet either way, and Windows
  /// takes plain answers in the middle of coded ones (SSS-018).
  static let worthwhileBytes = 1_400

  /// Chooses by the rules of RFC 9110 12.5.3; gzip, which packs better, before xpress.
  ///
  /// - Parameters:
  ///   - acceptEncoding: the values of the header; none means that nothing was asked for.
  ///   - bytes: the length of the plain answer, or of its part that is known.
  init(acceptEncoding: [String], bytes: Int) {
    let preferences = bytes < Self.worthwhileBytes ? [:] : Self.preferences(acceptEncoding)
    let identity = preferences["identity"] ?? 0
    let offered: [(coding: ContentCoding, quality: Double)] = [
      (.gzip, preferences["gzip"] ?? preferences["x-gzip"] ?? preferences["*"] ?? 0),
      (.xpress, preferences["xpress"] ?? 0),
    ]
    // The first of equals: `max` would take the last.
    let best = offered.reduce((coding: ContentCoding.identity, quality: 0.0)) { $1.quality > $0.quality ? $1 : $0 }
    self = best.quality > 0 && best.quality >= identity ? best.coding : .identity
  }

  /// Lower-case names with their weights; what cannot be read is not asked for.
  private static func preferences(_ values: [String]) -> [String: Double] {
    var preferences: [String: Double] = [:]
    for item in values.joined(separator: ",").split(separator: ",").prefix(maximumItems) {
      let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
      guard let name = parts.first, !name.isEmpty else { continue }
      preferences[name] = quality(parts.dropFirst())
    }
    return preferences
  }

  private static let maximumItems = 32

  private static func quality(_ parameters: ArraySlice<String>) -> Double {
    guard let weight = parameters.first(where: { $0.hasPrefix("q=") }) else { return 1 }
    let digits = weight.dropFirst(2)
    let isPlain = digits.utf8.count <= 5 && digits.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    guard isPlain, let value = Double(digits), (0...1).contains(value) else { return 0 }
    return value
  }
}

/// Codes an answer piece by piece.
///
/// Used by the one task that writes the answer.
struct AnswerCoder {
  private enum Machine {
    case identity
    case gzip(GzipStream)
    case xpress(XpressEncoder)
  }

  private var machine: Machine

  init(_ coding: ContentCoding) throws(PackingError) {
    machine =
      switch coding {
      case .identity: .identity
      case .gzip: .gzip(try GzipStream())
      case .xpress: .xpress(XpressEncoder())
      }
  }

  /// - Returns: what is ready to be sent, often nothing.
  mutating func push(_ bytes: [UInt8]) throws(PackingError) -> [UInt8] {
    switch machine {
    case .identity: return bytes
    case .gzip(let stream): return try stream.push(bytes)
    case .xpress(var encoder):
      let ready = encoder.push(bytes)
      machine = .xpress(encoder)
      return ready
    }
  }

  mutating func finish() throws(PackingError) -> [UInt8] {
    switch machine {
    case .identity: return []
    case .gzip(let stream): return try stream.finish()
    case .xpress(var encoder): return encoder.finish()
    }
  }

  /// Codes a whole answer.
  static func code(_ bytes: [UInt8], _ coding: ContentCoding) throws(PackingError) -> [UInt8] {
    guard coding != .identity else { return bytes }
    var coder = try AnswerCoder(coding)
    var coded = try coder.push(bytes)
    coded += try coder.finish()
    return coded
  }
}
