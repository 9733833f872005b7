import Catalog
import Fuzzing
import UpdateModel

@testable import Export

/// A manifest as text, and manifests made of the input and then broken: what is accepted has one spelling and holds
/// together, counted by other means than those of `validate`.
func check(_ input: [UInt8]) {
  readText(input)
  readNames(input)
  var feed = Feed(input)
  guard var manifest = MadeManifest.make(&feed) else { return }
  require(isValid(manifest), "a planned manifest was refused")
  checkAccepted(manifest)
  for _ in 0..<8 where !feed.isEmpty { MadeManifest.disturb(&manifest, &feed) }
  if isValid(manifest) { checkAccepted(manifest) }
}

private func isValid(_ manifest: ArchiveManifest) -> Bool {
  do throws(FormatError) {
    try manifest.validate()
    return true
  } catch {
    requirePlain("\(error)")
    return false
  }
}

private func readText(_ input: [UInt8]) {
  do throws(FormatError) {
    let manifest = try ArchiveManifest.parse(input)
    require(manifest.bytes() == input, "an accepted manifest was written otherwise")
    checkAccepted(manifest)
  } catch { requirePlain("\(error)") }
}

/// Written whole and in pieces, it is read as the same; and it holds together.
private func checkAccepted(_ manifest: ArchiveManifest) {
  let written = manifest.bytes()
  var pieces: [UInt8] = []
  do { try manifest.write { pieces += $0 } } catch { require(false, "writing failed: \(error)") }
  require(pieces == written, "a manifest in pieces was written otherwise than whole")
  do throws(FormatError) {
    let again = try ArchiveManifest.parse(written)
    require(again == manifest, "a manifest was read as another one")
  } catch { require(false, "a valid manifest was written and refused: \(error)") }
  Invariants(manifest).check()
}

/// A name has one spelling.
private func readNames(_ input: [UInt8]) {
  let text = input.prefix(100)
  guard let name = Array(text).withUnsafeBytes({ EntryName(utf8: $0) }) else { return }
  require(name.text.utf8.elementsEqual(text), "\(name.text) was read from another spelling")
  require(name.text.utf8.count <= EntryName.longest, "\(name.text) is longer than the longest")
}
