import UpdateModel

extension SOAPFault {
  /// Reads a `Fault` element of either version, with whatever it carries besides (SSS-054).
  init(element: XMLElement) {
    let reason = Self.reason(of: element)
    let detail = Self.holder(of: "ErrorCode", in: element)
    let named = detail?.text(of: "ErrorCode").flatMap { FaultCode(onWire: Self.trimmed($0)) }
    let code = named ?? (detail == nil ? Self.code(in: reason) : nil)
    self.init(
      code: code, message: detail?.text(of: "Message").map(Self.trimmed) ?? "",
      id: detail?.text(of: "ID").flatMap { GUID(Self.trimmed($0)) },
      isClientFault: Self.isClientFault(element), reason: reason)
  }

  private static func reason(of fault: XMLElement) -> String {
    trimmed(fault.text(of: "faultstring") ?? fault.child("Reason")?.text(of: "Text") ?? "")
  }

  private static func isClientFault(_ fault: XMLElement) -> Bool {
    let value = fault.text(of: "faultcode") ?? fault.child("Code")?.text(of: "Value") ?? ""
    let local = trimmed(value).split(separator: ":").last.map(String.init) ?? ""
    return local.hasPrefix("Client") || local == "Sender"
  }

  /// The innermost element that has a child `name`.
  private static func holder(of name: String, in element: XMLElement) -> XMLElement? {
    if element.child(name) != nil { return element }
    for child in element.children {
      if let found = holder(of: name, in: child) { return found }
    }
    return nil
  }

  /// An ErrorCode that stands as a word in the reason: some servers name it nowhere else.
  private static func code(in reason: String) -> FaultCode? {
    let words = reason.split { !($0.isLetter || $0.isNumber) }
    return words.lazy.compactMap { FaultCode(onWire: String($0)) }.first
  }

  private static func trimmed(_ text: String) -> String {
    String(decoding: ASCII.trimmed(text.utf8), as: UTF8.self)
  }
}
