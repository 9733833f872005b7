/// Powers of two from additions alone, so that every machine gets the same bits.
enum PowerOfTwo {
  /// 2 to the power of `exponent`, straight between whole exponents.
  static func near(_ exponent: Double) -> Double {
    let whole = exponent.rounded(.down)
    return Double(sign: .plus, exponent: Int(whole), significand: 1 + (exponent - whole))
  }
}
