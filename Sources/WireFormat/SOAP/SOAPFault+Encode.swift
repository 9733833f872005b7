import UpdateModel

extension SOAPFault {
  /// Encodes the fault in the strict form: the three elements have no namespace, and the
  /// ErrorCode's name is also in the reason (MS-WSUSSS 2.2.9, SSS-037 to SSS-040).
  public func encode(version: SOAPVersion) -> [UInt8] {
    var writer = XMLWriter()
    Envelope.open(version, &writer, isReply: true)
    writer.start("soap:Fault")
    switch version {
    case .v11: encode11(&writer)
    case .v12: encode12(&writer)
    }
    writer.end()
    Envelope.close(&writer)
    return writer.bytes
  }

  private func encode11(_ writer: inout XMLWriter) {
    writer.element("faultcode", isClientFault ? "soap:Client" : "soap:Server")
    writer.element("faultstring", reason)
    writer.start("detail")
    encodeDetail(&writer)
    writer.end()
  }

  private func encode12(_ writer: inout XMLWriter) {
    writer.start("soap:Code")
    writer.element("soap:Value", isClientFault ? "soap:Sender" : "soap:Receiver")
    writer.end()
    writer.start("soap:Reason")
    writer.start("soap:Text")
    writer.attribute("xml:lang", "en")
    writer.text(reason)
    writer.end()
    writer.end()
    writer.start("Detail")
    encodeDetail(&writer)
    writer.end()
  }

  private func encodeDetail(_ writer: inout XMLWriter) {
    guard let code else { return }
    writer.element("ErrorCode", code.rawValue)
    writer.element("Message", message)
    writer.element("ID", (id ?? .zero).description)
  }
}
