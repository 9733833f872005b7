import Fuzzing
import UpdateModel

@testable import WireFormat

/// The metadata document of an update, in any encoding.
func check(_ input: [UInt8]) {
  checkFragments(input)
  if let text = try? MetadataText.decode(input) {
    require(text.count <= max(input.count, input.count / 2 * 3), "a document grew beyond its encoding")
  }
  guard let metadata = try? UpdateMetadataParser.parse(input) else { return }
  require((try? UpdateMetadataParser.parse(input, expecting: metadata.identity)) == metadata, "an identity was refused")
  let other = UpdateIdentity(
    updateID: metadata.identity.updateID, revisionNumber: metadata.identity.revisionNumber ^ 1)
  require((try? UpdateMetadataParser.parse(input, expecting: other)) == nil, "another identity was accepted")
  checkUTF16(input, metadata)
  checkRoundTrip(metadata)
}

/// Whatever the document, its fragments are well-formed inside an element, and name no prefix.
private func checkFragments(_ input: [UInt8]) {
  guard let fragments = try? MetadataFragments.derive(from: input) else { return }
  let all = [fragments.core, fragments.extended] + fragments.localized.map(\.bytes) + fragments.eulas.map(\.bytes)
  for bytes in all {
    do {
      let root = try XMLElement.parse(Array("<f>".utf8) + bytes + Array("</f>".utf8), limits: MetadataLimits.xml)
      root.forEach { element in
        require(element.attributes.allSatisfy { $0.namespace.isEmpty }, "an attribute kept its prefix")
      }
    } catch {
      require(false, "a fragment is not well-formed: \(error)")
    }
  }
}

/// A document of plain UTF-8 says the same in UTF-16.
private func checkUTF16(_ input: [UInt8], _ metadata: UpdateModel.UpdateMetadata) {
  guard input.starts(with: "<".utf8), !input.starts(with: "<?xml".utf8), !input.starts(with: [0x3C, 0]),
    let text = String(validating: input, as: UTF8.self)
  else { return }
  let units = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  do {
    let read = try UpdateMetadataParser.parse([0xFF, 0xFE] + units)
    require(read == metadata, "in UTF-16 the document was read as \(read) instead of \(metadata)")
  } catch {
    require(false, "in UTF-16 the document was refused: \(error)")
  }
}

/// What was understood can be written as a document that means the same.
private func checkRoundTrip(_ metadata: UpdateModel.UpdateMetadata) {
  let document = UpdateDocumentWriter.write(metadata)
  do {
    let once = try UpdateMetadataParser.parse(document)
    let twice = try UpdateMetadataParser.parse(UpdateDocumentWriter.write(once))
    require(once == twice, "a document that was written was read as \(once), and then as \(twice)")
  } catch {
    require(false, "a document that was written was refused: \(error)")
  }
}
