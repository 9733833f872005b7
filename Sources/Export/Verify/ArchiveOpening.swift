import Platform
import Sealing
import UpdateModel

/// Steps 1 to 10 of docs/archive-format.md section 7, in their order. No volume is open before they are passed.
struct ArchiveOpening: Sendable {
  let trust: TrustStore
  let policy: ImportPolicy
  /// nil: the archive is judged for nobody in particular.
  let reader: ArchiveReader?
  /// The state directory of the reader.
  let state: String?
  let now: Timestamp
  let pool: BlockingPool

  /// - Parameter steps: hears of each step that was passed.
  /// - Throws: ``ArchiveRefusal``; nothing was stored.
  func open(_ paths: [String], steps: StepLog) async throws -> OpenedArchive {
    let folders = try await pool.run { try ArchiveFolders.open(paths, state: state) }
    steps.passed(.size)
    let (manifest, digest, signers) = try await pool.run {
      let digest = folders.manifest.sha256
      steps.manifest = digest
      let signers = try accept(folders, steps)
      steps.signers = signers.names
      return (try parse(folders.manifest), digest, signers)
    }
    steps.describe(manifest)
    steps.passed(.manifest)
    let kind = try await judge(manifest, digest, signers, steps)
    try await pool.run { try folders.check(manifest) }
    steps.passed(.folder)
    return OpenedArchive(
      disks: folders.disks, manifest: manifest, manifestSHA256: digest, signers: signers.names, kind: kind)
  }

  /// Steps 2 and 3. No byte of the manifest is parsed here.
  private func accept(_ folders: ArchiveFolders, _ steps: StepLog) throws -> AcceptedSigners {
    let signers: [Signer]
    do {
      signers = try DetachedSignature.verify(
        folders.signature, content: SignedContent(forEachPiece: folders.manifest.forEachPiece))
    } catch {
      throw ArchiveRefusal(
        .signature, what: "\(ArchiveManifest.signatureName) for \(ArchiveManifest.name)",
        expected: "a signature that holds", found: "\(error)")
    }
    steps.passed(.signature)
    let accepted = try trust.accept(signers, for: .archives, threshold: policy.threshold, now: now)
    steps.passed(.signer)
    return accepted
  }

  /// Step 4.
  private func parse(_ copy: ManifestCopy) throws -> ArchiveManifest {
    let manifest: ArchiveManifest
    do {
      manifest = try copy.parsed()
    } catch let error as FormatError {
      throw ArchiveRefusal(.manifest, error)
    }
    for text in manifest.introduces {
      do {
        _ = try Certificate(pem: text)
      } catch {
        throw ArchiveRefusal(
          .manifest, what: "\(ArchiveManifest.name), introduces", expected: "certificates", found: "\(error)")
      }
    }
    return manifest
  }

  /// Steps 5 to 9; without a reader only how old the archive is.
  private func judge(
    _ manifest: ArchiveManifest, _ digest: InlineSHA256, _ signers: AcceptedSigners, _ steps: StepLog
  ) async throws -> AcceptedArchive.Kind {
    guard let reader else {
      try ArchiveRules.freshness(
        manifest, ImportSite(serverID: manifest.source.serverID, maximumAge: policy.maximumAge), now)
      steps.passed(.freshness)
      return .first
    }
    let site = try await reader.site(for: manifest, digest, policy)
    let accepted = try TrustDecision.archive(
      manifest, manifestSHA256: digest, signedBy: signers, site: site, now: now)
    for step in [ArchiveRefusal.Step.target, .freshness, .sequence, .base, .source] { steps.passed(step) }
    return accepted.kind
  }
}

/// An archive whose signers and rules were accepted; its volumes were not read yet.
struct OpenedArchive: Sendable {
  let disks: ArchiveDisks
  let manifest: ArchiveManifest
  let manifestSHA256: InlineSHA256
  /// Subject and fingerprint of each signer that counted.
  let signers: [String]
  let kind: AcceptedArchive.Kind
}
