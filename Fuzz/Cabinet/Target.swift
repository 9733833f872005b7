import Cabinets
import Fuzzing

@testable import Packing

/// Cabinets of strangers within limits, in memory and on disk; and what we write is read again.
func check(_ input: [UInt8]) {
  readSole(input)
  readFile(input)
  // Our own Cabinets with edits: their tables are nearly right.
  var feed = Feed(input)
  let choice = feed.byte()
  let edited = Edits.apply(feed.remaining(), to: CabinetSamples.all[choice % CabinetSamples.all.count])
  readSole(edited)
  readFile(edited)
  if choice.isMultiple(of: 4) { write(input) }
}

private let limit = 1 << 20
/// For all inputs.
private let memoryFile = MemoryFile.open()

private func readSole(_ bytes: [UInt8]) {
  do throws(PackingError) {
    let member = try CabinetReader.soleMember(of: bytes, limit: limit)
    require(member.count <= limit, "a member of \(member.count) bytes came through a limit of \(limit)")
    let tight = try? CabinetReader.soleMember(of: bytes, limit: member.count - 1)
    require(tight == nil, "a limit below the length was not kept")
    let again = try? CabinetReader.soleMember(of: bytes, limit: member.count)
    require(again == member, "a limit of the length changed the bytes")
  } catch { requirePlain("\(error)") }
}

private func readFile(_ bytes: [UInt8]) {
  let limits = CabinetLimits(members: 3, memberBytes: limit, ratio: 50, freeBytes: limit)
  var taken: [(name: String, bytes: [UInt8])] = []
  var ended = 0
  do {
    let members = try read(bytes, CabinetSamples.names, limits) { member, chunk in
      if taken.count == ended { taken.append((member.name, [])) }
      require(taken[ended].name == member.name, "the bytes of two members were mixed")
      if chunk.isEmpty { ended += 1 } else { taken[ended].bytes += chunk }
    }
    require(taken.map(\.name) == members.map(\.name) && ended == members.count, "members did not end")
    require(taken.map(\.bytes.count) == members.map(\.length), "members have other lengths than declared")
    require(Set(members.map(\.name)) == Set(CabinetSamples.names), "other members were read than expected")
  } catch {
    require(error is PackingError, "\(error) is no error of this room")
    requirePlain("\(error)")
  }
  require(taken.allSatisfy { $0.bytes.count <= limit }, "a member came through its limit")
  require(taken.reduce(0) { $0 + $1.bytes.count } <= max(limit, 50 * bytes.count), "a ratio was not kept")
}

/// Members of any bytes, written in pieces.
private func write(_ input: [UInt8]) {
  var choices = Choices(input)
  let middle = choices.number(below: input.count + 1)
  // Several blocks of 32 KiB, rarely: they take long.
  let copies = choices.number(below: 32) == 0 ? 70_000 / max(1, input.count) : 1
  let contents = [Array(input[..<middle]), Array(repeatElement(input[middle...], count: copies).joined())]
  do {
    let cabinet = try CabinetSamples.cabinet(contents, level: 1 + choices.number(below: 9)) { choices.pieces(of: $0) }
    var taken: [String: [UInt8]] = [:]
    let members = try read(cabinet, CabinetSamples.names, CabinetLimits()) { member, chunk in
      taken[member.name, default: []] += chunk
    }
    require(members.map(\.name) == CabinetSamples.names, "members were written in another order")
    require(CabinetSamples.names.map { taken[$0] ?? [] } == contents, "members were read as other bytes")
    let stored = try StoredCabinet.pack(contents[1], memberName: "blob")
    require(try CabinetReader.soleMember(of: stored, limit: contents[1].count) == contents[1], "a blob lost bytes")
  } catch { require(false, "our own Cabinet was refused: \(error)") }
}

private func read(
  _ bytes: [UInt8], _ names: [String], _ limits: CabinetLimits,
  _ take: (CabinetMember, UnsafeRawBufferPointer) throws -> Void
) throws -> [CabinetMember] {
  MemoryFile.fill(memoryFile, with: bytes)
  return try CabinetReader.read(file: "/proc/self/fd/\(memoryFile)", expecting: names, limits: limits, take: take)
}
