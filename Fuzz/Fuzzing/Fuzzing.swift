import Glibc

/// Hands inputs to `check` until the fuzzer ends; the arguments of the program are those of libFuzzer.
public func run(_ check: @escaping ([UInt8]) -> Void) -> Never {
  currentCheck = check
  var count = CommandLine.argc
  var arguments = CommandLine.unsafeArgv
  exit(runDriver(&count, &arguments, testOneInput))
}

/// Written once, before the only thread of the fuzzer starts to read it.
nonisolated(unsafe) private var currentCheck: ([UInt8]) -> Void = { _ in }

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The input is copied: the address sanitizer then sees every step beyond it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  currentCheck(
    [UInt8](unsafeUninitializedCapacity: count) { output, written in
      if let start { written = output.update(fromContentsOf: UnsafeBufferPointer(start: start, count: count)) }
    })
  return 0
}

/// Stops the fuzzer with `words` unless `isTrue`: a property of the code under test does not hold.
public func require(_ isTrue: Bool, _ words: @autoclosure () -> String) {
  if !isTrue { fatalError(words()) }
}

/// Choices that depend on the input only, so a finding can be repeated from its file.
public struct Choices {
  private var state: UInt64

  /// FNV-1a of the input.
  public init(_ input: [UInt8]) {
    state = input.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// A number below `bound`, which is at least 1.
  public mutating func number(below bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }

  /// `bytes` in pieces of random lengths, now and then a single byte.
  public mutating func pieces(of bytes: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
      let longest = number(below: 4) == 0 ? 1 : max(1, bytes.count / 2)
      let end = min(bytes.count, start + 1 + number(below: longest))
      pieces.append(Array(bytes[start..<end]))
      start = end
    }
    return pieces
  }
}
