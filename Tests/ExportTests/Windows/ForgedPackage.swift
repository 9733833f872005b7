import Catalog
import Packing
import Platform
import TestSupport
import UpdateModel
import WireFormat

@testable import Export

/// A package that was taken apart, to be changed and packed again.
struct ForgedPackage {
  var names = [WindowsPackageLayout.metadataName, WindowsPackageLayout.packageName]
  /// In the order of the names.
  var members: [[UInt8]] = [[], []]

  var metadata: [UInt8] {
    get { members[0] }
    set { members[0] = newValue }
  }

  var index: String {
    get { String(decoding: members[1], as: UTF8.self) }
    set { members[1] = Array(newValue.utf8) }
  }

  /// Reads a package that is in order.
  init(_ path: String) throws {
    var found: [String: [UInt8]] = [:]
    try CabinetReader.read(file: path, expecting: names) { member, bytes in found[member.name, default: []] += bytes }
    members = names.map { found[$0] ?? [] }
  }

  /// All records, in their order.
  func records() throws -> [PackageRecord] {
    var reader = PackageRecordReader()
    let first = try metadata.withUnsafeBytes { bytes in try reader.push(bytes) }
    return first + (try reader.finish())
  }

  func parts() throws -> [WindowsPackagePart] {
    let reader = WindowsPackageReader()
    let first = try members[1].withUnsafeBytes { bytes in try reader.push(bytes) }
    return first + (try reader.finish())
  }

  mutating func setRecords(_ records: [PackageRecord]) throws {
    metadata = try records.flatMap { try $0.encoded() }
  }

  /// The Cabinet of all members.
  func cabinet() throws -> [UInt8] {
    var cabinet: [UInt8] = []
    let entries = names.map { CabinetWriter.Entry(name: $0, modified: CabinetTime(unixSeconds: 0)) }
    let writer = try CabinetWriter(entries) { bytes, offset in
      let end = Int(offset) + bytes.count
      if cabinet.count < end { cabinet += [UInt8](repeating: 0, count: end - cabinet.count) }
      cabinet.replaceSubrange(Int(offset)..<end, with: bytes)
    }
    for member in members {
      try writer.write(member)
      try writer.endMember()
    }
    _ = try writer.finish()
    return cabinet
  }
}

extension [UInt8] {
  /// The same bytes with the first `old` replaced by `new` of the same length.
  func replacingFirst(_ old: String, by new: String) -> [UInt8] {
    let (old, new) = (Array(old.utf8), Array(new.utf8))
    precondition(old.count == new.count)
    for start in 0...(count - old.count) where self[start..<(start + old.count)].elementsEqual(old) {
      return Array(self[..<start]) + new + self[(start + old.count)...]
    }
    return self
  }
}

extension SourceSite {
  func packages() -> WindowsPackageExport {
    WindowsPackageExport(catalog: catalog, state: state, serverID: Self.serverID, clock: { Self.now })
  }

  /// Writes a package of everything.
  @discardableResult
  func package(_ name: String) async throws -> WrittenWindowsPackage {
    try await packages().write(.everything, to: folder.path(name))
  }
}

extension ImportingSite {
  func packages() -> WindowsPackageImport { WindowsPackageImport(catalog: catalog, state: state) }

  /// What waits for another try, and what lies in the way of later runs.
  func leftBehind() async throws -> [String] {
    let staged = try await catalog.stagedImports().map { "\($0.archiveID)" }
    return staged + (try Folder(path: state).names()).filter { $0 == "imports" || $0.hasPrefix("scratch") }
      + (try Folder.make(path: state + "/staging").names())
  }
}
