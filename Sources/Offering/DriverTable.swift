internal import UpdateModel

/// The driver rows of all revisions, found by hardware id.
struct DriverTable: Sendable {
  struct Row: Sendable {
    /// By position.
    var revision: Int32
    /// In ``hardwareIDs``.
    var hardwareID: Int32
    var version: UInt64
    var whqlDriverID: Int64
    var date: CivilDate
    /// In ``texts``, as what follows.
    var deviceClass: Int32
    var manufacturer: Int32
    var providers: Slice
    var scores: Slice
    var distribution: Slice
    var targets: Slice
  }

  /// Part of one of the table's lists.
  struct Slice: Sendable {
    var start: UInt32
    var count: UInt16

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  }

  struct Score: Sendable {
    var operatingSystem: Int32
    var score: UInt8
  }

  private(set) var rows: [Row] = []
  private(set) var hardwareIDs = TextPool()
  private(set) var texts = TextPool()
  private var providers: [Int32] = []
  private var scores: [Score] = []
  private var computers: [GUID] = []
  /// In ``texts``.
  private var printerClasses: [Int32] = []
  private static let printerClassNames = ["printer", "printers"]
  /// Where the rows of each hardware id begin in ``rowsByHardwareID``, and one more.
  private var hardwareStarts: [Int32] = [0]
  private var rowsByHardwareID: [Int32] = []

  init() {}

  func rows(for hardwareID: Int32) -> ArraySlice<Int32> {
    rowsByHardwareID[Int(hardwareStarts[Int(hardwareID)])..<Int(hardwareStarts[Int(hardwareID) + 1])]
  }

  /// The provider of a row and those it is compatible with.
  func providers(of row: Row) -> ArraySlice<Int32> { providers[row.providers.range] }

  /// 255, the worst, when the row has no score for the operating system.
  func score(of row: Row, operatingSystem: Int32) -> UInt8 {
    scores[row.scores.range].filter { $0.operatingSystem == operatingSystem }.map(\.score).min() ?? 255
  }

  func distribution(of row: Row) -> ArraySlice<GUID> { computers[row.distribution.range] }

  func targets(of row: Row) -> ArraySlice<GUID> { computers[row.targets.range] }

  /// `Printer` in requests and INF files, `Printers` in metadata.
  func isPrinter(_ row: Row) -> Bool { printerClasses.contains(row.deviceClass) }

  static func isPrinter(_ deviceClass: String) -> Bool { printerClassNames.contains(deviceClass.lowercased()) }
}

extension DriverTable {
  mutating func append(_ row: DriverRow, revision: Int) {
    rows.append(
      Row(
        revision: Int32(revision), hardwareID: hardwareIDs.intern(row.hardwareID), version: row.version,
        whqlDriverID: row.whqlDriverID, date: CivilDate(of: row.date), deviceClass: texts.intern(row.deviceClass),
        manufacturer: texts.intern(row.manufacturer),
        providers: Self.append(([row.provider] + row.compatibleProviders).map { texts.intern($0) }, to: &providers),
        scores: Self.append(
          row.featureScores.map { Score(operatingSystem: texts.intern($0.operatingSystem), score: $0.score) },
          to: &scores),
        distribution: Self.append(row.distributionComputerHardwareIDs, to: &computers),
        targets: Self.append(row.targetComputerHardwareIDs, to: &computers)))
  }

  /// Makes what was appended findable by hardware id.
  mutating func index() {
    printerClasses = Self.printerClassNames.compactMap(texts.number)
    hardwareStarts = [Int32](repeating: 0, count: hardwareIDs.count + 1)
    for row in rows { hardwareStarts[Int(row.hardwareID) + 1] += 1 }
    for index in 0..<hardwareIDs.count { hardwareStarts[index + 1] += hardwareStarts[index] }
    var next = hardwareStarts
    rowsByHardwareID = [Int32](repeating: 0, count: rows.count)
    for (position, row) in rows.enumerated() {
      rowsByHardwareID[Int(next[Int(row.hardwareID)])] = Int32(position)
      next[Int(row.hardwareID)] += 1
    }
  }

  /// No document that is accepted has lists that come near the bound of a slice.
  private static func append<Element>(_ values: [Element], to list: inout [Element]) -> Slice {
    let values = values.prefix(Int(UInt16.max))
    defer { list.append(contentsOf: values) }
    return Slice(start: UInt32(list.count), count: UInt16(values.count))
  }
}
