import TestSupport
import Testing

@testable import Export

@Suite("Plan of volumes")
struct VolumePlannerTests {
  private static let mebibyte: Int64 = 1 << 20

  private static func plan(
    _ sizes: [Int64], limit: Int64?, maximumEntrySize: Int64 = ArchiveEntry.maximumSize
  ) throws -> VolumePlanner {
    var planner = try VolumePlanner(limit: limit, maximumEntrySize: maximumEntrySize)
    for (number, size) in sizes.enumerated() { try planner.add(SampleManifest.content(number), size: size) }
    return planner
  }

  @Test(
    "whatever the sizes, each byte has one place, limits hold and the plan is repeatable", arguments: UInt64(0)..<60)
  func properties(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let limit = Int64.random(in: VolumePlanner.minimumLimit...12 * Self.mebibyte, using: &random)
    let most = Int64.random(in: Self.mebibyte...5 * Self.mebibyte, using: &random)
    let sizes = (0..<40).map { _ in
      Bool.random(using: &random)
        ? Int64.random(in: 0...2_000, using: &random) : Int64.random(in: 0...9 * Self.mebibyte, using: &random)
    }
    let plan = try Self.plan(sizes, limit: limit, maximumEntrySize: most)
    try check(plan, sizes, limit, most)
    let again = try Self.plan(sizes, limit: limit, maximumEntrySize: most)
    #expect(plan.entries == again.entries && plan.volumes == again.volumes)
    // What the planner lays out, a manifest may say.
    try SampleManifest.make(sizes: sizes, limit: limit, maximumEntrySize: most).validate()
  }

  private func check(_ plan: VolumePlanner, _ sizes: [Int64], _ limit: Int64, _ most: Int64) throws {
    var next = 0
    for volume in plan.volumes {
      #expect(volume.entries.lowerBound == next && !volume.entries.isEmpty)
      let length = plan.entries[volume.entries].reduce(UstarHeader.endLength) { $0 + UstarHeader.entryLength($1.size) }
      #expect(volume.size == length && length <= limit)
      next = volume.entries.upperBound
    }
    #expect(next == plan.entries.count)
    for (number, size) in sizes.enumerated() {
      let entries = plan.entries.filter { $0.name == SampleManifest.content(number) }
      var offset: Int64 = 0
      for (index, entry) in entries.enumerated() {
        #expect(entry.part == (entries.count == 1 ? 0 : index + 1))
        #expect(entry.offset == offset && entry.size <= most)
        #expect(index == entries.count - 1 || entry.size >= ArchiveEntry.minimumPartSize)
        offset += entry.size
      }
      #expect(offset == size && !entries.isEmpty)
    }
    checkFilled(plan, limit)
  }

  /// A volume ends early only when no part of 1 MiB had room and the next object did not fit.
  private func checkFilled(_ plan: VolumePlanner, _ limit: Int64) {
    for (volume, next) in zip(plan.volumes, plan.volumes.dropFirst()) {
      let room = limit - volume.size - 512
      let first = plan.entries[next.entries.lowerBound]
      if first.part <= 1 { #expect(room < ArchiveEntry.minimumPartSize + 512 || first.size > room) }
    }
  }

  @Test("without a limit there is one volume, and only what a header cannot say is split")
  func unlimited() throws {
    let big = ArchiveEntry.maximumSize
    let plan = try Self.plan([big, big + 1, 3 * big], limit: nil)
    #expect(plan.volumes.count == 1)
    #expect(plan.entries.map(\.part) == [0, 1, 2, 1, 2, 3, 4])
    #expect(plan.entries.map(\.size).reduce(0, +) == 5 * big + 1)
  }

  @Test("an object that fits exactly is not split; one byte more is")
  func exact() throws {
    let limit = 4 * Self.mebibyte
    let room = limit - 1024 - 512
    #expect(try Self.plan([room], limit: limit).entries.map(\.size) == [room])
    #expect(try Self.plan([room + 1], limit: limit).entries.map(\.size) == [room, 1])
  }

  @Test("objects in another order, twice, or for too many volumes are refused")
  func refused() throws {
    var planner = try VolumePlanner(limit: VolumePlanner.minimumLimit)
    try planner.add(.revisionList, size: 1)
    #expect(throws: FormatError.self) { try planner.add(.revisionList, size: 1) }
    #expect(throws: FormatError.self) { try planner.add(.state, size: 1) }
    #expect(throws: FormatError.self) { try VolumePlanner(limit: VolumePlanner.minimumLimit - 1) }
    #expect(throws: FormatError.self) { try planner.add(SampleManifest.content(1), size: 10_000 * (2 << 20)) }
  }

  @Test("media are known by name and leave room for the other files")
  func media() throws {
    #expect(Medium(named: "bd25") == .bd25 && Medium(named: "DVD-dl") == .dvdDL && Medium(named: "floppy") == nil)
    #expect(Medium.fat32.volumeLimit(objects: 1_000_000) == 4_294_966_784)
    for medium in Medium.allCases {
      let limit = medium.volumeLimit(objects: 100_000)
      #expect(limit % 512 == 0 && limit <= medium.capacity)
      if medium != .fat32 { #expect(medium.capacity - limit >= 100_000 * 200) }
    }
  }
}
