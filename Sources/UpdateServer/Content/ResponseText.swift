import NIOCore

/// HTTP/1.1 heads as bytes.
enum ResponseText {
  /// Status line and header lines; the empty line is the caller's.
  static func head(_ answer: ContentAnswer) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: 512)
    write(answer, to: &buffer)
    return buffer
  }

  static func write(_ answer: ContentAnswer, to buffer: inout ByteBuffer) {
    writeStatus(answer.status, to: &buffer)
    for field in answer.fields {
      buffer.writeString(field.name)
      buffer.writeStaticString(": ")
      buffer.writeString(field.value)
      buffer.writeStaticString("\r\n")
    }
  }

  private static func writeStatus(_ status: Int, to buffer: inout ByteBuffer) {
    switch status {
    case 200: buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
    case 206: buffer.writeStaticString("HTTP/1.1 206 Partial Content\r\n")
    case 304: buffer.writeStaticString("HTTP/1.1 304 Not Modified\r\n")
    case 400: buffer.writeStaticString("HTTP/1.1 400 Bad Request\r\n")
    case 403: buffer.writeStaticString("HTTP/1.1 403 Forbidden\r\n")
    case 404: buffer.writeStaticString("HTTP/1.1 404 Not Found\r\n")
    case 405: buffer.writeStaticString("HTTP/1.1 405 Method Not Allowed\r\n")
    case 408: buffer.writeStaticString("HTTP/1.1 408 Request Timeout\r\n")
    case 412: buffer.writeStaticString("HTTP/1.1 412 Precondition Failed\r\n")
    case 413: buffer.writeStaticString("HTTP/1.1 413 Content Too Large\r\n")
    case 416: buffer.writeStaticString("HTTP/1.1 416 Range Not Satisfiable\r\n")
    case 431: buffer.writeStaticString("HTTP/1.1 431 Request Header Fields Too Large\r\n")
    case 503: buffer.writeStaticString("HTTP/1.1 503 Service Unavailable\r\n")
    default: buffer.writeString("HTTP/1.1 \(status) \r\n")
    }
  }
}

extension ContentAnswer {
  /// An answer without a body.
  init(refusing status: Int, _ fields: [Field] = []) {
    self.init(status: status, fields: fields + [Field("Content-Length", "0")])
  }
}
