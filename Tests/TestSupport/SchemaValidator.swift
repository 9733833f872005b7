import CLibXML2
import Foundation

/// Validates message elements against the schemas inside the WSDL files of the protocol, with libxml2. The files lie
/// beside the recordings.
public final class SchemaValidator {
  private let schema: xmlSchemaPtr
  private let directory: TemporaryDirectory

  public struct Failure: Error { public let words: String }

  /// The folder of the WSDL files; nil when there are none, which is said plainly.
  public static var folder: String? {
    if let named = ProcessInfo.processInfo.environment["UPDATEMIRROR_WSDL"] { return named }
    return Recordings.locate().map { URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/wsdl" }
      .flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }

  /// Collects the words of libxml2.
  private final class Words { var text = "" }

  /// Loads all schemas of one file.
  public init(wsdl name: String) throws {
    guard let folder = Self.folder else { throw Failure(words: "no WSDL files") }
    directory = try TemporaryDirectory()
    let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    let entry = try Self.writeSchemas(of: text, to: directory)
    guard let context = xmlSchemaNewParserCtxt(entry) else { throw Failure(words: "no context") }
    defer { xmlSchemaFreeParserCtxt(context) }
    let words = Words()
    xmlSchemaSetParserStructuredErrors(context, Self.collect, Unmanaged.passUnretained(words).toOpaque())
    guard let schema = xmlSchemaParse(context) else { throw Failure(words: words.text) }
    self.schema = schema
  }

  deinit { xmlSchemaFree(schema) }

  /// The words of libxml2 about the first element in the body; empty when it is valid.
  public func complaints(about envelope: [UInt8]) throws -> String {
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
  private static func writeSchemas(of wsdl: String, to directory: TemporaryDirectory) throws -> String {
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
      try directory.write(Array(text.utf8), to: "\(index).xsd")
      driver += "<s:import namespace='\(schema.namespace)' schemaLocation='\(index).xsd'/>\n"
    }
    return try directory.write(Array((driver + "</s:schema>").utf8), to: "all.xsd")
  }

  /// The namespace declarations of the WSDL's root.
  private static func declarations(in wsdl: String) -> String {
    let root = wsdl.components(separatedBy: "<wsdl:definitions").dropFirst().first ?? ""
    let tag = root.components(separatedBy: ">").first ?? ""
    return tag.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("xmlns:") }.joined(separator: " ") + " "
  }
}
