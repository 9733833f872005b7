public import UpdateModel

/// Where in a message something was found.
public struct WireLocation: Hashable, Sendable, CustomStringConvertible {
  /// The operation, when it is known.
  public var operation: String?
  /// The local name of the element, or empty before the first one.
  public var element: String
  /// Bytes from the start of the message.
  public var offset: Int?

  public init(operation: String? = nil, element: String = "", offset: Int? = nil) {
    self.operation = operation
    self.element = element
    self.offset = offset
  }

  public var description: String {
    var words: [String] = []
    if let operation { words.append(operation) }
    if !element.isEmpty { words.append("element \(element)") }
    if let offset { words.append("byte \(offset)") }
    return words.isEmpty ? "message" : words.joined(separator: ", ")
  }
}

/// Why bytes are not the message they should be.
public enum WireError: Error, Hashable, Sendable {
  /// Not well-formed XML, or it ends too early.
  case malformed(WireLocation, reason: String)
  /// A document type declaration or a processing instruction (SSS-022).
  case forbidden(WireLocation, construct: String)
  /// The document exceeds one of its ``XMLLimits``.
  case limitExceeded(WireLocation, limit: XMLLimits.Kind, maximum: Int)
  /// Only UTF-8 is read.
  case wrongEncoding(found: String)
  /// A mandatory element is absent.
  case missingElement(WireLocation, expected: String)
  /// Another element stands where `expected` must be.
  case unexpectedElement(WireLocation, expected: String, found: String)
  /// A value is not of its type; `found` is shortened, and hidden in secret elements.
  case invalidValue(WireLocation, expected: String, found: String)
  /// The message is no SOAP envelope, as an HTML error page (SSS-021).
  case notSOAP(found: String)
}

extension WireError {
  /// The same error with the operation filled in.
  public func within(operation: String) -> WireError { located { $0.operation = $0.operation ?? operation } }

  /// The same error with the element filled in.
  public func within(element: String) -> WireError {
    located { if $0.element.isEmpty { $0.element = element } }
  }

  /// The same error with `name` put before the path of its element.
  func below(_ name: String) -> WireError {
    located { $0.element = $0.element.isEmpty ? name : "\(name)/\($0.element)" }
  }

  /// The same error with the offset filled in.
  func at(offset: Int) -> WireError { located { $0.offset = $0.offset ?? offset } }

  private func located(_ change: (inout WireLocation) -> Void) -> WireError {
    func changed(_ location: WireLocation) -> WireLocation {
      var copy = location
      change(&copy)
      return copy
    }
    return switch self {
    case .malformed(let place, let reason): .malformed(changed(place), reason: reason)
    case .forbidden(let place, let construct): .forbidden(changed(place), construct: construct)
    case .limitExceeded(let place, let limit, let maximum):
      .limitExceeded(changed(place), limit: limit, maximum: maximum)
    case .missingElement(let place, let expected): .missingElement(changed(place), expected: expected)
    case .unexpectedElement(let place, let expected, let found):
      .unexpectedElement(changed(place), expected: expected, found: found)
    case .invalidValue(let place, let expected, let found):
      .invalidValue(changed(place), expected: expected, found: found)
    case .wrongEncoding, .notSOAP: self
    }
  }

  /// Where the message is wrong; nil when it is not XML of ours at all.
  public var location: WireLocation? {
    switch self {
    case .malformed(let place, _), .forbidden(let place, _), .limitExceeded(let place, _, _),
      .missingElement(let place, _), .unexpectedElement(let place, _, _), .invalidValue(let place, _, _):
      place
    case .wrongEncoding, .notSOAP: nil
    }
  }

  /// The parameter of a request that is wrong: the first name of the element's path (SSS-042).
  public var parameter: String? {
    guard let path = location?.element, !path.isEmpty else { return nil }
    return path.split(separator: "/").first.map(String.init)
  }

  /// A peer that sends such bytes sends them again: end the run.
  public var reaction: Reaction { .giveUp }

  /// At most 60 scalars of `text`, for ``invalidValue(_:expected:found:)``. It comes from others and may reach a
  /// terminal: control characters become spaces.
  static func excerpt(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(61).map { $0.properties.generalCategory == .control ? " " : $0 }
    if shown.count <= 60 { return String(String.UnicodeScalarView(shown)) }
    return String(String.UnicodeScalarView(shown.prefix(57))) + "..."
  }
}

extension WireError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let place, let reason): "\(place): expected well-formed XML, found: \(reason)"
    case .forbidden(let place, let construct): "\(place): expected elements and text, found \(construct)"
    case .limitExceeded(let place, let limit, let maximum):
      "\(place): expected at most \(maximum) (\(limit.rawValue)), found more"
    case .wrongEncoding(let found): "message: expected UTF-8, found \(found)"
    case .missingElement(let place, let expected): "\(place): expected \(expected), found nothing"
    case .unexpectedElement(let place, let expected, let found): "\(place): expected \(expected), found \(found)"
    case .invalidValue(let place, let expected, let found): "\(place): expected \(expected), found \(found)"
    case .notSOAP(let found): "message: expected a SOAP envelope, found \(found)"
    }
  }
}
