import Fuzzing
import UpdateModel

@testable import Sealing

/// Certificates and signatures of strangers: one form each, bounded, and nobody is trusted for knowing how to write.
func check(_ input: [UInt8]) {
  readCertificate(input)
  readBundle(input)
  verify(input)
  openDocument(input)
  // The genuine signature and certificate with edits: they get past the first questions.
  var feed = Feed(input)
  let choice = feed.byte()
  let edits = feed.remaining()
  switch choice % 3 {
  case 0: verify(Edits.apply(edits, to: SignatureSample.signature))
  case 1: readCertificate(Edits.apply(edits, to: SignatureSample.certificate.der))
  default: readBundle(Edits.apply(edits, to: Array(SignatureSample.certificate.pem.utf8)))
  }
}

private func readCertificate(_ der: [UInt8]) {
  do throws(SealingError) { checkCertificate(try Certificate(der: der)) } catch { requireShort(error) }
}

private func checkCertificate(_ certificate: Certificate) {
  require(certificate.der.count <= Certificate.maximumSize, "a certificate has \(certificate.der.count) bytes")
  let isPlain = certificate.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  require(isPlain, "a subject has control characters: \(certificate.description.debugDescription)")
  do throws(SealingError) {
    require(try Certificate(pem: certificate.pem) == certificate, "a certificate was read as another one")
    checkTrust(certificate, intermediates: [])
  } catch { require(false, "an accepted certificate was written and refused: \(error)") }
}

/// Only the pinned certificate is trusted: it may not issue, so it vouches for no other.
private func checkTrust(_ certificate: Certificate, intermediates: [Certificate]) {
  do throws(SealingError) {
    let trust = try CertificateChain.isTrusted(
      certificate, intermediates: intermediates, anchors: [SignatureSample.certificate], at: SignatureSample.moment)
    let isPinned = certificate == SignatureSample.certificate
    require(trust.isTrusted == isPinned, "\(certificate) is trusted: \(trust.isTrusted)")
  } catch { requireShort(error) }
}

private func readBundle(_ text: [UInt8]) {
  do throws(SealingError) {
    let certificates = try Certificate.certificates(pemBundle: text)
    require((1...Certificate.maximumBundleCount).contains(certificates.count), "a bundle has \(certificates.count)")
    let written = certificates.flatMap { Array($0.pem.utf8) }
    require(try Certificate.certificates(pemBundle: written) == certificates, "a bundle was read as another one")
  } catch { requireShort(error) }
  // Repaired bytes would be another text.
  guard let plain = String(validating: text, as: UTF8.self) else { return }
  do throws(SealingError) {
    let certificate = try Certificate(pem: plain)
    require((try? Certificate.certificates(pemBundle: text)) == [certificate], "one certificate is no bundle of one")
  } catch { requireShort(error) }
}

private func verify(_ signature: [UInt8]) {
  do throws(SealingError) {
    let signers = try DetachedSignature.verify(signature, content: SignatureSample.content)
    require(signature.count <= DetachedSignature.maximumSize, "a signature has \(signature.count) bytes")
    require((1...DetachedSignature.maximumSigners).contains(signers.count), "there are \(signers.count) signers")
    require(Set(signers.map(\.certificate)).count == signers.count, "a signer came twice")
    for signer in signers { checkTrust(signer.certificate, intermediates: signer.intermediates) }
  } catch { requireShort(error) }
  // No signature is for two contents.
  let other = try? DetachedSignature.verify(signature, content: SignatureSample.content + [0])
  let same = try? DetachedSignature.verify(signature, content: SignatureSample.content)
  require(other == nil || same == nil, "a signature holds for two contents")
}

private func openDocument(_ document: [UInt8]) {
  do throws(SealingError) {
    let (content, signers) = try SignedDocument.open(document)
    require(content.count < document.count, "a document of \(document.count) bytes has \(content.count) inside")
    require(!signers.isEmpty, "a document without signers was opened")
    for signer in signers { checkTrust(signer.certificate, intermediates: signer.intermediates) }
  } catch { requireShort(error) }
}

/// Names of strangers stand in messages: as long as a certificate, and without control characters.
private func requireShort(_ error: SealingError) { requirePlain("\(error)", limit: 4 * Certificate.maximumSize) }
