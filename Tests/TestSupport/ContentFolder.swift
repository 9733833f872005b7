import Foundation

/// Serves files of a folder with correct ranges and validators, and with faults where rules say so.
///
/// `try FaultServer(handler: folder.reply)`.
public struct ContentFolder: Sendable {
  /// What goes wrong with one request.
  public enum Fault: Sendable {
    /// 200 with the whole file, whatever range was asked for.
    case ignoresRange
    /// 206 whose Content-Range and bytes start so many bytes later than asked.
    case shiftsRange(by: Int64)
    /// Another ETag than before, as after a changed file.
    case changesETag
    case busy(retryAfterSeconds: Int?)
    case notFound
    case htmlErrorPage
    case hangsUp
    case garbage
    /// The connection closes after so many bytes of the body.
    case cut(after: Int64)
    case reset(after: Int64)
    /// Nothing more after so many bytes, until the gate opens.
    case stalls(after: Int64, Gate)
    case slow(bytes: Int, pause: Duration)
    /// So many bytes less than the file, with a Content-Length to match.
    case short(by: Int64)
    /// So many zeros more than the file, with a Content-Length to match.
    case long(by: Int)
    /// The right length, one byte flipped in the middle.
    case corrupt
    case chunked
    /// Anything else.
    case reply(ScriptedReply)
  }

  /// A fault for some requests of a path.
  public struct Rule: Sendable {
    /// nil means every path.
    public var path: String?
    /// Counted for each path from 1.
    public var requests: ClosedRange<Int>
    public var fault: Fault

    public init(path: String? = nil, requests: ClosedRange<Int> = 1...Int.max, _ fault: Fault) {
      self.path = path
      self.requests = requests
      self.fault = fault
    }
  }

  public var root: String
  /// In front of the file's path below `root`, as `/Content/`.
  public var prefix: String
  public var rules: [Rule]

  public init(root: String, prefix: String = "/Content/", rules: [Rule] = []) {
    self.root = root
    self.prefix = prefix
    self.rules = rules
  }

  /// The first rule that matches decides; without one the answer is correct (RFC 9110, 13 and 14).
  public func reply(to request: RecordedRequest) -> ScriptedReply {
    let rule = rules.first { rule in
      (rule.path == nil || rule.path == request.path) && rule.requests.contains(request.numberForPath)
    }
    guard let file = ServedFile(root: root, prefix: prefix, path: request.path) else {
      return rule.flatMap { Self.whole($0.fault) } ?? .notFound
    }
    guard let fault = rule?.fault else { return file.reply(to: request) }
    return Self.whole(fault) ?? faulty(fault, file, request)
  }

  /// Faults that have nothing to do with the file.
  private static func whole(_ fault: Fault) -> ScriptedReply? {
    switch fault {
    case .busy(let seconds): .busy(retryAfterSeconds: seconds)
    case .notFound: .notFound
    case .htmlErrorPage: .htmlErrorPage
    case .hangsUp: .hangUp
    case .garbage: .garbage
    case .reply(let reply): reply
    default: nil
    }
  }

  private func faulty(_ fault: Fault, _ file: ServedFile, _ request: RecordedRequest) -> ScriptedReply {
    let correct = file.reply(to: request)
    switch fault {
    case .ignoresRange: return file.wholeReply()
    case .shiftsRange(let distance): return file.reply(to: request, shiftedBy: distance)
    case .changesETag: return file.changed().reply(to: request)
    case .cut(let count): return correct.cut(after: count)
    case .reset(let count): return correct.after(count, .reset)
    case .stalls(let count, let gate): return correct.after(count, .wait(gate))
    case .slow(let bytes, let pause): return correct.paced(bytes: bytes, pause: pause)
    case .chunked: return correct.framed(.chunked(size: 16_384))
    case .short(let count): return edited(correct) { $0.dropLast(Int(count)) }
    case .long(let count): return edited(correct) { $0 + [UInt8](repeating: 0, count: count) }
    case .corrupt:
      return edited(correct) { bytes in
        var bytes = bytes
        if !bytes.isEmpty { bytes[bytes.startIndex + bytes.count / 2] ^= 1 }
        return bytes
      }
    default: return correct
    }
  }

  private func edited(_ reply: ScriptedReply, _ edit: (ArraySlice<UInt8>) -> ArraySlice<UInt8>) -> ScriptedReply {
    guard case .file(let path, let offset, let count) = reply.body,
      let handle = FileHandle(forReadingAtPath: path), (try? handle.seek(toOffset: UInt64(offset))) != nil,
      let data = try? handle.read(upToCount: Int(count))
    else { return reply }
    var reply = reply
    reply.body = .bytes(Array(edit(Array(data)[...])))
    return reply
  }
}
