/// Writes a SOAP envelope around a body.
enum Envelope {
  static let declaration: StaticString = "<?xml version=\"1.0\" encoding=\"utf-8\"?>"

  /// Opens the envelope and the body; ``close(_:)`` ends both.
  static func open(_ version: SOAPVersion, _ writer: inout XMLWriter, isReply: Bool) {
    writer.raw(declaration)
    writer.start("soap:Envelope")
    writer.attribute("xmlns:soap", version.namespace)
    if isReply {
      writer.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
      writer.attribute("xmlns:xsd", "http://www.w3.org/2001/XMLSchema")
    }
    writer.start("soap:Body")
  }

  static func close(_ writer: inout XMLWriter) {
    writer.end()
    writer.end()
  }
}
