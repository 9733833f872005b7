import UpdateModel
import WireFormat

/// Where the Internet has the files of a package: the addresses lie in a file without a name, memory has a few bytes
/// for each.
///
/// The reader of the package fills it on one thread and reads it on another, never at the same time.
struct PackageLocations: Sendable {
  /// Longer ones, and others than `http` and `https`, count as absent.
  static let addressLimit = 2_048
  private static let bufferByteCount = 256 << 10

  private(set) var unusable = 0
  private let scratch: ScratchFile
  private var buffer: [UInt8] = []
  private var places: [FileKey: Place] = [:]

  private struct Place {
    let offset: UInt32
    let count: UInt16
  }

  init(state: String) throws { scratch = try ScratchFile(state: state) }

  /// Distinct files.
  private(set) var files = 0

  mutating func add(_ file: PackagedFile) throws {
    let key = FileKey(file.digest)
    guard places[key] == nil else { return }
    files += 1
    guard let address = file.muURL, Self.isUsable(address) else {
      places[key] = Place(offset: 0, count: 0)
      unusable += 1
      return
    }
    let bytes = Array(address.utf8)
    places[key] = Place(offset: UInt32(scratch.length + Int64(buffer.count)), count: UInt16(bytes.count))
    buffer += bytes
    if buffer.count >= Self.bufferByteCount { try flush() }
  }

  /// Call it behind the last file.
  mutating func flush() throws {
    try scratch.append(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  func location(of digest: FileDigest) throws -> FileLocation? {
    guard let place = places[FileKey(digest)], place.count > 0 else { return nil }
    let bytes = try scratch.bytes(from: Int64(place.offset), count: Int(place.count))
    return FileLocation(digest: digest, muURL: String(decoding: bytes, as: UTF8.self))
  }

  private static func isUsable(_ address: String) -> Bool {
    guard address.utf8.count <= addressLimit, address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
    let lower = address.lowercased()
    return lower.hasPrefix("http://") || lower.hasPrefix("https://")
  }
}
