import Fuzzing
import UpdateModel

@testable import WireFormat

/// The two members of a Windows metadata package: the same in pieces, within limits, and written again as the same.
func check(_ input: [UInt8]) {
  checkRecords(input)
  checkPackage(input)
  checkComparison(input)
  do throws(WireError) {
    _ = try WindowsPackageLayout(fileName: "export.cab", leading: Array(input.prefix(4)))
  } catch { requirePlain("\(error)") }
}

/// What was understood before the end or the error.
private struct Reading<Item: Equatable>: Equatable {
  var items: [Item] = []
  var error: WireError?
}

private let tight = WindowsPackageLimits(
  documentBytes: 200, totalBytes: 2_000, updates: 5, files: 3, languages: 2, perUpdate: 2)

/// Puts the pieces into `push`; `finish` ends them.
private func read<Item>(
  _ pieces: [[UInt8]], _ push: (UnsafeRawBufferPointer) throws(WireError) -> [Item],
  _ finish: () throws(WireError) -> [Item]
) -> Reading<Item> {
  var reading = Reading<Item>()
  for piece in pieces where reading.error == nil {
    piece.withUnsafeBytes { bytes in
      do throws(WireError) { reading.items += try push(bytes) } catch { reading.error = error }
    }
  }
  guard reading.error == nil else { return reading }
  do throws(WireError) { reading.items += try finish() } catch { reading.error = error }
  return reading
}

/// In pieces everything is read as whole. In front of an error, more or fewer items were handed out.
private func requireSame<Item>(_ pieces: Reading<Item>, _ whole: Reading<Item>) {
  require(isSame(pieces.error, whole.error), "in pieces: \(pieces.error as Any), whole: \(whole.error as Any)")
  if whole.error == nil { require(pieces.items == whole.items, "the pieces of a file changed its meaning") }
  require(pieces.items.starts(with: whole.items), "the pieces of a file begin otherwise")
  if let error = whole.error { requirePlain("\(error)") }
}

/// An error shows what had arrived of the wrong bytes: that alone may differ.
private func isSame(_ one: WireError?, _ other: WireError?) -> Bool {
  guard case .invalidValue(let place, let expected, _) = one else { return one == other }
  guard case .invalidValue(let otherPlace, let otherExpected, _) = other else { return false }
  return place == otherPlace && expected == otherExpected
}

// MARK: - metadata.txt

private func records(_ pieces: [[UInt8]], _ limits: WindowsPackageLimits) -> Reading<PackageRecord> {
  var reader = PackageRecordReader(limits: limits)
  let reading = read(
    pieces, { (bytes) throws(WireError) in try reader.push(bytes) }, { () throws(WireError) in try reader.finish() })
  require(reading.error != nil || reader.count == reading.items.count, "records were counted and not handed out")
  return reading
}

private func checkRecords(_ input: [UInt8]) {
  var choices = Choices(input)
  let whole = records([input], WindowsPackageLimits())
  requireSame(records(choices.pieces(of: input), WindowsPackageLimits()), whole)
  let few = records([input], tight)
  requireSame(records(choices.pieces(of: input), tight), few)
  require(few.items.count <= 5 && few.items.allSatisfy { $0.document.count <= 200 }, "a limit was not kept")
  guard whole.error == nil else { return }
  require(Set(whole.items.map(\.identity)).count == whole.items.count, "an update came twice")
  writeRecords(whole.items)
}

/// Documents that are text survive.
private func writeRecords(_ items: [PackageRecord]) {
  var written: [UInt8] = []
  var expected: [PackageRecord] = []
  for item in items {
    guard let bytes = try? item.encoded(), let text = try? MetadataText.decode(item.document) else { continue }
    written += bytes
    expected.append(PackageRecord(identity: item.identity, document: text))
  }
  let again = records([written], WindowsPackageLimits())
  require(again.error == nil && again.items == expected, "\(expected) was written and read as \(again)")
}

// MARK: - package.xml

private func parts(_ pieces: [[UInt8]], _ limits: WindowsPackageLimits) -> Reading<WindowsPackagePart> {
  let reader = WindowsPackageReader(limits: limits)
  return read(
    pieces, { (bytes) throws(WireError) in try reader.push(bytes) }, { () throws(WireError) in try reader.finish() })
}

private func checkPackage(_ input: [UInt8]) {
  var choices = Choices(input)
  let whole = parts([input], WindowsPackageLimits())
  requireSame(parts(choices.pieces(of: input), WindowsPackageLimits()), whole)
  let few = parts([input], tight)
  requireSame(parts(choices.pieces(of: input), tight), few)
  let sorted = Contents(few.items)
  require(sorted.languages.count <= 2 && sorted.files.count <= 3 && sorted.updates.count <= 5, "a limit was not kept")
  require(sorted.updates.allSatisfy { max($0.files.count, $0.categories.count) <= 2 }, "a limit was not kept")
  guard whole.error == nil else { return }
  writePackage(Contents(whole.items))
}

private struct Contents: Equatable {
  var header: WindowsPackageHeader?
  var languages: [LanguageSetting] = []
  var files: [PackagedFile] = []
  var updates: [PackagedUpdate] = []

  init(_ parts: [WindowsPackagePart]) {
    for part in parts {
      switch part {
      case .header(let header):
        require(self.header == nil && languages.isEmpty && files.isEmpty && updates.isEmpty, "the header came late")
        self.header = header
      case .language(let language): languages.append(language)
      case .file(let file): files.append(file)
      case .update(let update): updates.append(update)
      }
    }
  }

  var bytes: [UInt8] {
    get throws {
      guard let header else { fatalError("a package without a header was accepted") }
      var writer = WindowsPackageWriter(header: header, languages: languages)
      var bytes: [UInt8] = []
      for file in files { bytes += try writer.append(file) }
      for update in updates { bytes += try writer.append(update) }
      return bytes + writer.finish()
    }
  }
}

/// Times are written in whole seconds: what is read from that stays.
private func writePackage(_ contents: Contents) {
  do {
    let written = try contents.bytes
    let again = parts([written], WindowsPackageLimits())
    require(again.error == nil, "a package was written and refused: \(again.error as Any)")
    var read = Contents(again.items)
    require(try read.bytes == written, "a package was written in two ways")
    read.header = contents.header
    require(read == contents, "a package was written and read as another one")
  } catch { require(false, "an accepted package could not be written: \(error)") }
}

// MARK: - Both

/// In whatever order identities come, the comparison fails exactly when one side has another set.
private func checkComparison(_ input: [UInt8]) {
  let sides: [(identity: UpdateIdentity, isRecord: Bool)] = input.prefix(64).map { byte in
    let identity = UpdateIdentity(updateID: GUID(high: UInt64(byte & 7), low: 0), revisionNumber: Int32(byte >> 3 & 3))
    return (identity, byte & 0x80 != 0)
  }
  let recorded = Set(sides.filter(\.isRecord).map(\.identity))
  let listed = Set(sides.filter { !$0.isRecord }.map(\.identity))
  var comparison = WindowsPackageComparison()
  var seen: Set<[Int]> = []
  for (identity, isRecord) in sides {
    // The readers hand each identity out once.
    let key = [identity.updateID.hashValue, Int(identity.revisionNumber), isRecord ? 1 : 0]
    guard seen.insert(key).inserted else { continue }
    if isRecord { comparison.addRecord(identity) } else { comparison.addListed(identity) }
  }
  do throws(WireError) {
    try comparison.finish()
    require(recorded == listed, "two sets that differ were found equal")
  } catch {
    require(recorded != listed, "two equal sets were told apart: \(error)")
    requirePlain("\(error)")
  }
}
