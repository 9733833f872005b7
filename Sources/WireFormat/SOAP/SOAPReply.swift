/// An operation whose answer may be large, and is therefore written in steps.
public protocol StreamedOperation: Operation {
  /// What will be written: the response in its strict form.
  static func prepared(_ response: Response) -> Response
  /// The number of steps of a prepared response.
  static func stepCount(_ response: Response) -> Int
  /// Writes one step; all steps in order are the children of the response element.
  static func encode(step: Int, of response: Response, to writer: inout XMLWriter)
}

extension StreamedOperation {
  public static func prepared(_ response: Response) -> Response { response }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    let response = prepared(response)
    for step in 0..<stepCount(response) { encode(step: step, of: response, to: &writer) }
  }
}

/// Writes replies.
public enum SOAPReply {
  /// Encodes a whole reply.
  public static func encode<Op: Operation>(
    _ operation: Op.Type, _ response: Op.Response, version: SOAPVersion
  ) -> [UInt8] {
    var writer = XMLWriter()
    Envelope.open(version, &writer, isReply: true)
    writer.start(Op.responseName)
    writer.attribute("xmlns", Op.namespace)
    Op.encode(response: response, to: &writer)
    writer.end()
    Envelope.close(&writer)
    return writer.bytes
  }

  /// Encodes a reply piece by piece, so that a large one is never whole in memory.
  ///
  /// - Parameter size: bytes after which a piece ends; one record is never divided.
  public static func chunks<Op: StreamedOperation>(
    _ operation: Op.Type, _ response: Op.Response, version: SOAPVersion, size: Int = 64 << 10
  ) -> ReplyChunks<Op> {
    ReplyChunks(response: Op.prepared(response), version: version, size: size)
  }
}

/// The pieces of one reply; together the same bytes as ``SOAPReply/encode(_:_:version:)``.
public struct ReplyChunks<Op: StreamedOperation>: Sequence, IteratorProtocol, Sendable {
  private let response: Op.Response
  private let version: SOAPVersion
  private let size: Int
  private let stepCount: Int
  private var step = -1
  private var writer = XMLWriter()

  init(response: Op.Response, version: SOAPVersion, size: Int) {
    self.response = response
    self.version = version
    self.size = size
    stepCount = Op.stepCount(response)
  }

  public mutating func next() -> [UInt8]? {
    guard step <= stepCount else { return nil }
    while step <= stepCount, writer.bytes.count < size {
      writeStep()
      step += 1
    }
    return writer.take()
  }

  private mutating func writeStep() {
    if step < 0 {
      Envelope.open(version, &writer, isReply: true)
      writer.start(Op.responseName)
      writer.attribute("xmlns", Op.namespace)
    } else if step < stepCount {
      Op.encode(step: step, of: response, to: &writer)
    } else {
      writer.end()
      Envelope.close(&writer)
    }
  }
}
