import CLibXML2

/// Collects IsInstalled and IsInstallable while a fragment passes; all else is skipped by counting depth.
final class ApplicabilityRulesReader: XMLHandler {
  private struct OpenRule {
    let name: String
    var attributes: [String: String] = [:]
    var children: [ApplicabilityRule] = []
    var text: [UInt8] = []
  }

  private enum Question {
    case isInstalled, isInstallable
  }

  private(set) var isInstalled: ApplicabilityRule?
  private(set) var isInstallable: ApplicabilityRule?
  private var namespaces = FragmentNamespaces()
  private var depth = 0
  private var skipped = 0
  private var question: Question?
  private var open: [OpenRule] = []
  private var rules = 0
  private var bytes = 0

  func start(_ tag: XMLStartTag) throws(WireError) {
    if skipped > 0 {
      skipped += 1
    } else if try enters(tag) {
      depth += 1
    } else {
      skipped = 1
    }
  }

  /// The fragment's wrapper, ApplicabilityRules, a question, and below it rules.
  private func enters(_ tag: XMLStartTag) throws(WireError) -> Bool {
    switch depth {
    case 0: return true
    case 1: return tag.isNamed("ApplicabilityRules")
    case 2:
      question = Self.question(of: tag)
      return question != nil
    default:
      try openRule(tag)
      return ApplicabilityRule.isRead(open.last?.name ?? "")
    }
  }

  func text(_ piece: UnsafeBufferPointer<UInt8>) throws(WireError) {
    guard skipped == 0, !open.isEmpty else { return }
    try count(bytes: piece.count)
    open[open.count - 1].text.append(contentsOf: piece)
  }

  func end() throws(WireError) {
    if skipped > 0 {
      skipped -= 1
      if skipped == 0, depth > 2 { closeRule() }
      return
    }
    if depth > 3 { closeRule() }
    depth -= 1
    if depth == 2 { question = nil }
  }

  private static func question(of tag: XMLStartTag) -> Question? {
    if tag.isNamed("IsInstalled") { return .isInstalled }
    return tag.isNamed("IsInstallable") ? .isInstallable : nil
  }

  private func openRule(_ tag: XMLStartTag) throws(WireError) {
    rules += 1
    guard rules <= ApplicabilityLimits.rules else { throw exceeded(.items, ApplicabilityLimits.rules) }
    var rule = OpenRule(name: "\(namespaces.kind(of: tag.namespacePointer).prefix)\(tag.name)")
    if ApplicabilityRule.isRead(rule.name) {
      for index in 0..<tag.attributeCount {
        guard let attribute = tag.attribute(index) else { continue }
        try count(bytes: attribute.value.count)
        rule.attributes[String(cString: attribute.localName)] = attribute.text
      }
    }
    open.append(rule)
  }

  private func closeRule() {
    guard let closed = open.popLast() else { return }
    let text = closed.children.isEmpty ? String(decoding: ASCII.trimmed(closed.text), as: UTF8.self) : ""
    let rule = ApplicabilityRule(
      name: closed.name, attributes: closed.attributes, children: closed.children, text: text)
    if !open.isEmpty { return open[open.count - 1].children.append(rule) }
    switch question {
    case .isInstalled: isInstalled = Self.both(isInstalled, rule)
    case .isInstallable: isInstallable = Self.both(isInstallable, rule)
    case nil: break
    }
  }

  /// A question has one rule; of several all must hold.
  private static func both(_ first: ApplicabilityRule?, _ second: ApplicabilityRule) -> ApplicabilityRule {
    guard let first else { return second }
    return ApplicabilityRule(name: "And", children: [first, second])
  }

  private func count(bytes more: Int) throws(WireError) {
    bytes += more
    guard bytes <= ApplicabilityLimits.bytes else { throw exceeded(.attributeBytes, ApplicabilityLimits.bytes) }
  }

  private func exceeded(_ limit: XMLLimits.Kind, _ maximum: Int) -> WireError {
    .limitExceeded(WireLocation(element: "ApplicabilityRules"), limit: limit, maximum: maximum)
  }
}
