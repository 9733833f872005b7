import WireFormat

/// What the messages of one service may cost to read.
struct RequestLimits: Sendable {
  /// For requests of anybody.
  let small: XMLLimits
  /// For requests that begin with a good cookie.
  let large: XMLLimits

  /// With the longest names, 100 identities are 16 KiB and 300 elements; a filter of 10,000 categories is 1 MiB and
  /// 30,000 elements.
  static let downstream = RequestLimits(
    small: XMLLimits(depth: 32, elements: 1_024, text: 16 << 10, total: 16 << 10),
    large: XMLLimits(depth: 32, elements: 32_768, text: 64 << 10, total: .max))

  /// StartCategoryScan shows no cookie and may name 199 categories, 32 KiB with long names (WUSP-319). 48 KiB hold 4,096
  /// revision ids. A list of 100,000 of them can be read, to be refused by its name; a status lists its updates in one
  /// text (``WireFormat``, ClientRequestLimits).
  static let client = RequestLimits(
    small: XMLLimits(depth: 32, elements: 4_224, text: 16 << 10, total: 48 << 10),
    large: XMLLimits(depth: 32, elements: 131_072, text: 1 << 20, total: .max))
}
