import CLibXML2
import Foundation

/// Validates message elements against the schemas inside a WSDL file, with libxml2.
final class SchemaValidator {
  private let schema: xmlSchemaPtr
  private let folder: URL

  struct Failure: Error { let words: String }

  /// Collects the words of libxml2.
  private final class Words { var text = "" }

  init(wsdl name: String) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("schema-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = String(decoding: try SharedFiles.bytes(SharedFiles.wsdl.appendingPathComponent(name)), as: UTF8.self)
    let driver = try Self.writeSchemas(of: text, to: folder)
    guard let context = xmlSchemaNewParserCtxt(driver.path) else { throw Failure(words: "no context") }
    defer { xmlSchemaFreeParserCtxt(context) }
    let words = Words()
    xmlSchemaSetParserStructuredErrors(context, Self.collect, Unmanaged.passUnretained(words).toOpaque())
    guard let schema = xmlSchemaParse(context) else { throw Failure(words: words.text) }
    self.schema = schema
  }

  deinit {
    xmlSchemaFree(schema)
    try? FileManager.default.removeItem(at: folder)
  }

  /// The words of libxml2 about the first element in the body; empty when it is valid.
  func complaints(about envelope: [UInt8]) throws -> String {
    guard let document = xmlReadMemory(envelope.map { CChar(bitPattern: $0) }, Int32(envelope.count), nil, nil, 0)
    else { throw Failure(words: "not XML") }
    defer { xmlFreeDoc(document) }
    guard let body = Self.firstElement(in: xmlDocGetRootElement(document), named: "Body"),
      let message = Self.firstElement(in: body, named: nil), let single = xmlNewDoc(nil)
    else { throw Failure(words: "no body") }
    defer { xmlFreeDoc(single) }
    xmlDocSetRootElement(single, xmlDocCopyNode(message, single, 1))
    guard let context = xmlSchemaNewValidCtxt(schema) else { throw Failure(words: "no context") }
    defer { xmlSchemaFreeValidCtxt(context) }
    let words = Words()
    xmlSchemaSetValidStructuredErrors(context, Self.collect, Unmanaged.passUnretained(words).toOpaque())
    let result = xmlSchemaValidateDoc(context, single)
    return result == 0 ? words.text : "result \(result): \(words.text)"
  }

  private static let collect: @convention(c) (UnsafeMutableRawPointer?, xmlErrorPtr?) -> Void = { owner, error in
    guard let owner, let message = error?.pointee.message else { return }
    Unmanaged<Words>.fromOpaque(owner).takeUnretainedValue().text += String(cString: message)
  }

  private static func firstElement(in parent: xmlNodePtr?, named name: String?) -> xmlNodePtr? {
    var node = parent?.pointee.children
    while let current = node {
      if current.pointee.type == XML_ELEMENT_NODE, name == nil || String(cString: current.pointee.name) == name {
        return current
      }
      node = current.pointee.next
    }
    return nil
  }

  /// Cuts the schemas out of the WSDL, gives their imports locations, and imports all of them.
  private static func writeSchemas(of wsdl: String, to folder: URL) throws -> URL {
    let declarations = Self.declarations(in: wsdl)
    var driver = "<s:schema xmlns:s='http://www.w3.org/2001/XMLSchema'>\n"
    var schemas: [(namespace: String, text: String)] = []
    for piece in wsdl.components(separatedBy: "<s:schema").dropFirst() {
      let body =
        "<s:schema " + declarations + (piece.components(separatedBy: "</s:schema>").first ?? "") + "</s:schema>"
      let namespace = piece.components(separatedBy: "targetNamespace=\"")[1].components(separatedBy: "\"")[0]
      schemas.append((namespace, body))
    }
    for (index, schema) in schemas.enumerated() {
      var text = schema.text
      for (other, target) in schemas.enumerated() {
        text = text.replacingOccurrences(
          of: "<s:import namespace=\"\(target.namespace)\"",
          with: "<s:import schemaLocation=\"\(other).xsd\" namespace=\"\(target.namespace)\"")
      }
      try text.write(to: folder.appendingPathComponent("\(index).xsd"), atomically: true, encoding: .utf8)
      driver += "<s:import namespace='\(schema.namespace)' schemaLocation='\(index).xsd'/>\n"
    }
    let url = folder.appendingPathComponent("all.xsd")
    try (driver + "</s:schema>").write(to: url, atomically: true, encoding: .utf8)
    return url
  }

  /// The namespace declarations of the WSDL's root.
  private static func declarations(in wsdl: String) -> String {
    let root = wsdl.components(separatedBy: "<wsdl:definitions").dropFirst().first ?? ""
    let tag = root.components(separatedBy: ">").first ?? ""
    return tag.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("xmlns:") }.joined(separator: " ") + " "
  }
}
