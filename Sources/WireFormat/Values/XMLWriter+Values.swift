import UpdateModel

extension XMLWriter {
  mutating func element(_ name: StaticString, _ value: GUID) {
    start(name)
    plain { WireText.append(value, to: &$0) }
    end()
  }

  mutating func element(_ name: StaticString, _ value: Int32) {
    start(name)
    plain { $0.append(contentsOf: String(value).utf8) }
    end()
  }

  mutating func element(_ name: StaticString, _ value: Bool) {
    start(name)
    raw(value ? "true" : "false")
    end()
  }

  /// A dateTime in UTC with `Z` (SSS-030).
  mutating func element(_ name: StaticString, _ value: Timestamp) {
    start(name)
    text(value.description)
    end()
  }

  /// A dateTime without zone where it is a sentinel of the specification (SSS-208).
  mutating func element(_ name: StaticString, orEndOfTime value: Timestamp) {
    start(name)
    text(value == .endOfTime ? value.wireText : value.description)
    end()
  }

  mutating func element(_ name: StaticString, base64 value: [UInt8]) {
    start(name)
    base64(value)
    end()
  }

  mutating func element(_ name: StaticString, _ identity: UpdateIdentity) {
    start(name)
    element("UpdateID", identity.updateID)
    element("RevisionNumber", identity.revisionNumber)
    end()
  }

  mutating func elements<Item>(
    _ array: StaticString, _ items: [Item], _ write: (inout XMLWriter, Item) -> Void
  ) {
    start(array)
    for item in items { write(&self, item) }
    end()
  }
}
