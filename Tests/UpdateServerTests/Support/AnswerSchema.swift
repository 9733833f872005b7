import CLibXML2
import Foundation
import TestSupport

/// The schemas inside the WSDL files of the protocol, which lie beside the recordings.
final class AnswerSchema {
  struct Failure: Error { let words: String }

  private let schema: xmlSchemaPtr

  /// The folder of the WSDL files; nil when there are no recordings, which is said plainly.
  static var folder: String? {
    Recordings.locate().map { ($0 as NSString).deletingLastPathComponent + "/wsdl" }
      .flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }

  /// Loads all schemas of one WSDL file.
  init(wsdl path: String) throws {
    let directory = try TemporaryDirectory()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let entry = try Self.extract(text, to: directory)
    guard let parser = xmlSchemaNewParserCtxt(entry) else { throw Failure(words: "no schema parser") }
    defer { xmlSchemaFreeParserCtxt(parser) }
    guard let schema = xmlSchemaParse(parser) else { throw Failure(words: "the schemas of \(path) do not load") }
    self.schema = schema
  }

  deinit { xmlSchemaFree(schema) }

  /// Whether the one element inside the Body of `envelope` is valid.
  func accepts(_ envelope: [UInt8]) throws -> Bool {
    let document = envelope.withUnsafeBytes { bytes in
      xmlReadMemory(bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), nil, nil, 0)
    }
    guard let document else { throw Failure(words: "the answer is not XML") }
    defer { xmlFreeDoc(document) }
    let body = Self.children(xmlDocGetRootElement(document)).first { String(cString: $0.pointee.name) == "Body" }
    guard let body, let message = Self.children(body).first, let alone = xmlNewDoc(nil) else {
      throw Failure(words: "the answer has no body")
    }
    defer { xmlFreeDoc(alone) }
    _ = xmlDocSetRootElement(alone, xmlDocCopyNode(message, alone, 1))
    guard let validator = xmlSchemaNewValidCtxt(schema) else { throw Failure(words: "no validator") }
    defer { xmlSchemaFreeValidCtxt(validator) }
    xmlSchemaSetValidStructuredErrors(validator, { _, _ in }, nil)
    return xmlSchemaValidateDoc(validator, alone) == 0
  }

  /// The child elements.
  private static func children(_ node: xmlNodePtr?) -> [xmlNodePtr] {
    var elements: [xmlNodePtr] = []
    var next = node?.pointee.children
    while let child = next {
      if child.pointee.type == XML_ELEMENT_NODE { elements.append(child) }
      next = child.pointee.next
    }
    return elements
  }

  /// Writes each schema to a file of its own, with the declarations of the root, and one that includes all.
  private static func extract(_ wsdl: String, to directory: TemporaryDirectory) throws -> String {
    let root = try match(#"<wsdl:definitions([^>]*)>"#, in: wsdl)
    let declarations = root.flatMap { matches(#"xmlns:\w+="[^"]*""#, in: $0[1]) }.map { $0[0] }.joined(separator: " ")
    let schemas = matches(#"(?s)<s:schema ([^>]*)>(.*?)</s:schema>"#, in: wsdl)
    let names = schemas.map { schema in matches(#"targetNamespace="([^"]*)""#, in: schema[1]).first?[1] ?? "" }
    var all = "<s:schema xmlns:s=\"http://www.w3.org/2001/XMLSchema\">"
    for (number, schema) in schemas.enumerated() {
      var content = schema[2]
      for (other, name) in names.enumerated() {
        content = content.replacingOccurrences(
          of: "<s:import namespace=\"\(name)\"",
          with: "<s:import schemaLocation=\"\(other).xsd\" namespace=\"\(name)\"")
      }
      try directory.write(
        Array("<s:schema \(declarations) \(schema[1])>\(content)</s:schema>".utf8), to: "\(number).xsd")
      all += "<s:import namespace=\"\(names[number])\" schemaLocation=\"\(number).xsd\"/>"
    }
    return try directory.write(Array((all + "</s:schema>").utf8), to: "all.xsd")
  }

  private static func match(_ pattern: String, in text: String) throws -> [[String]] {
    let found = matches(pattern, in: text)
    guard !found.isEmpty else { throw Failure(words: "no \(pattern) in the WSDL") }
    return found
  }

  /// All matches with their groups.
  private static func matches(_ pattern: String, in text: String) -> [[String]] {
    guard let expression = try? NSRegularExpression(pattern: pattern) else { return [] }
    let whole = text as NSString
    return expression.matches(in: text, range: NSRange(location: 0, length: whole.length)).map { match in
      (0..<match.numberOfRanges).map { whole.substring(with: match.range(at: $0)) }
    }
  }
}
