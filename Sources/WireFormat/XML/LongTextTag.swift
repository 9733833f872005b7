/// A start tag after which a long text is expected, in the one form that writers use:
/// `<Name>`, without prefix and attributes.
struct LongTextTag {
  let name: StaticString
  private let bytes: [UInt8]

  init(_ name: StaticString) {
    self.name = name
    bytes = Array("<\(name)>".utf8)
  }

  /// The bytes of `input` through the end of the first such tag.
  func end(in input: UnsafeRawBufferPointer) -> Int? {
    var index = 0
    while index + bytes.count <= input.count {
      if input[index] == UInt8(ascii: "<"), isTag(input, at: index) { return index + bytes.count }
      index += 1
    }
    return nil
  }

  private func isTag(_ input: UnsafeRawBufferPointer, at start: Int) -> Bool {
    bytes.indices.allSatisfy { input[start + $0] == bytes[$0] }
  }

  /// How many bytes at the end of `input` could begin such a tag.
  func cutLength(in input: UnsafeRawBufferPointer) -> Int {
    for length in stride(from: min(bytes.count - 1, input.count), to: 0, by: -1)
    where input.suffix(length).elementsEqual(bytes.prefix(length)) {
      return length
    }
    return 0
  }
}
