/// Media by name, for people who cut archives to disks.
public enum Medium: String, Hashable, Sendable, CaseIterable {
  case fat32 = "FAT32"
  case cd = "CD"
  case dvd = "DVD"
  case dvdDL = "DVD-DL"
  case bd25 = "BD25"
  case bd50 = "BD50"
  case bd100 = "BD100"

  /// Reads a name in any letter case.
  public init?(named name: String) {
    guard let medium = Self.allCases.first(where: { $0.rawValue == name.uppercased() }) else { return nil }
    self = medium
  }

  /// What one disk holds, of the smaller kind where two go by one name (DVD+R, DVD-R DL); of FAT32, the longest file.
  var capacity: Int64 {
    switch self {
    case .fat32: 4_294_967_295
    case .cd: 737_280_000
    case .dvd: 4_700_372_992
    case .dvdDL: 8_543_666_176
    case .bd25: 25_025_314_816
    case .bd50: 50_050_629_632
    case .bd100: 100_103_356_416
    }
  }

  /// The most that a volume may have so that the disk also takes the other four files and the file system.
  ///
  /// - Parameter objects: how many objects the archive has: the manifest grows with them.
  public func volumeLimit(objects: Int) -> Int64 {
    let room = self == .fat32 ? 0 : Self.fixedRoom + Self.roomPerObject * Int64(objects)
    let limit = max(capacity - room, 0)
    return limit - limit % Int64(UstarHeader.blockSize)
  }

  private static let fixedRoom: Int64 = 8 << 20
  /// An entry of the manifest and its share of the splits.
  private static let roomPerObject: Int64 = 256
}
