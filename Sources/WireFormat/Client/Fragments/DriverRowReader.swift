import UpdateModel

/// Collects what rules say of drivers: `Metadata/WindowsDriverMetaData` below `ApplicabilityRules` (MS-WUSP 3.1.1.1).
///
/// Rows without a hardware ID and values that cannot be read count as absent: no client could match them.
struct DriverRowReader {
  private enum Field {
    case compatibleProvider, distribution, target
  }

  private(set) var rows: [DriverRow] = []
  private var isInMetadata = false
  private var row: DriverRow?
  private var field: Field?
  private var text: [UInt8] = []

  /// - Parameter depth: that of the element; `Update` has 1.
  mutating func start(_ tag: XMLStartTag, depth: Int) {
    switch depth {
    case 3: isInMetadata = tag.isNamed("Metadata")
    case 4 where isInMetadata: row = tag.isNamed("WindowsDriverMetaData") ? Self.row(MetadataAttributes(tag)) : nil
    case 5 where row != nil: open(tag)
    default: return
    }
  }

  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if field != nil { text.append(contentsOf: bytes) }
  }

  mutating func end(depth: Int) throws(WireError) {
    switch depth {
    case 4:
      guard let row else { return }
      rows.append(row)
      self.row = nil
      guard rows.count <= MetadataLimits.relations else {
        throw .limitExceeded(
          WireLocation(element: "WindowsDriverMetaData"), limit: .items, maximum: MetadataLimits.relations)
      }
    case 5: closeField()
    default: return
    }
  }

  private mutating func open(_ tag: XMLStartTag) {
    text.removeAll(keepingCapacity: true)
    if tag.isNamed("FeatureScore") {
      let attributes = MetadataAttributes(tag)
      guard let system = attributes.text("OperatingSystem"),
        let score = attributes.text("FeatureScore").flatMap({ UInt8($0) })
      else { return }
      row?.featureScores.append(DriverRow.FeatureScore(operatingSystem: system, score: score))
    } else if tag.isNamed("CompatibleProvider") {
      field = .compatibleProvider
    } else if tag.isNamed("DistributionComputerHardwareId") {
      field = .distribution
    } else if tag.isNamed("TargetComputerHardwareId") {
      field = .target
    }
  }

  private mutating func closeField() {
    guard let field else { return }
    self.field = nil
    if case .compatibleProvider = field {
      let name = String(decoding: ASCII.trimmed(text), as: UTF8.self)
      if !name.isEmpty { row?.compatibleProviders.append(name) }
      return
    }
    let digits = text.filter { $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "}") }
    guard let id = WireText.guid(digits) else { return }
    if case .target = field {
      row?.targetComputerHardwareIDs.append(id)
    } else {
      row?.distributionComputerHardwareIDs.append(id)
    }
  }

  private static func row(_ attributes: MetadataAttributes) -> DriverRow? {
    guard let hardwareID = attributes.text("HardwareID"), !hardwareID.isEmpty else { return nil }
    return DriverRow(
      hardwareID: hardwareID,
      date: attributes.text("DriverVerDate").flatMap { Timestamp($0) } ?? Timestamp(ticks: 0),
      version: attributes.text("DriverVerVersion").flatMap { DriverRow.version($0) } ?? 0,
      deviceClass: attributes.text("Class") ?? "", manufacturer: attributes.text("Manufacturer") ?? "",
      provider: attributes.text("Provider") ?? "", model: attributes.text("Model") ?? "",
      whqlDriverID: attributes.text("WhqlDriverID").flatMap { Int64($0) } ?? 0)
  }
}
