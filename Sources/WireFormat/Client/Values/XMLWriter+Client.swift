import UpdateModel

extension XMLWriter {
  mutating func element(_ name: StaticString, _ value: Int64) {
    start(name)
    plain { $0.append(contentsOf: String(value).utf8) }
    end()
  }

  /// An element that is left out when there is no value.
  mutating func elementIfPresent(_ name: StaticString, _ value: String?) {
    if let value { element(name, value) }
  }

  /// An array that is left out when it is empty.
  mutating func elementsIfAny<Item>(
    _ array: StaticString, _ items: [Item], _ write: (inout XMLWriter, Item) -> Void
  ) {
    if !items.isEmpty { elements(array, items, write) }
  }

  /// An `ArrayOfInt` that is left out when it is empty.
  mutating func elementIfAny(_ array: StaticString, _ numbers: [Int32]) {
    elementsIfAny(array, numbers) { $0.element("int", $1) }
  }

  /// An `ArrayOfString` that is left out when it is empty.
  mutating func elementIfAny(_ array: StaticString, _ texts: [String]) {
    elementsIfAny(array, texts) { $0.element("string", $1) }
  }

  /// An `ArrayOfGuid` that is left out when it is empty.
  mutating func elementIfAny(_ array: StaticString, _ guids: [GUID]) {
    elementsIfAny(array, guids) { $0.element("guid", $1) }
  }

  /// A `short` that stands for 16 bits without a sign (WUSP-127).
  mutating func element(_ name: StaticString, short value: UInt16) {
    element(name, Int32(Int16(bitPattern: value)))
  }
}
