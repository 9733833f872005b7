import Catalog
import UpdateModel

/// `README.txt`: what to do with this disk, for the person who holds it.
///
/// Follows from the manifest alone, so that the same archive has the same text.
enum Readme {
  static func text(of manifest: ArchiveManifest) -> [UInt8] {
    Array((heading(manifest) + checking + importing).utf8)
  }

  private static func heading(_ manifest: ArchiveManifest) -> String {
    let kind =
      manifest.base.map { "Differential archive on top of \($0.kind == .archive ? "archive" : "receipt") \($0.id)" }
      ?? "Full archive"
    let target = manifest.target.map { "server \($0) only" } ?? "any server that trusts the signer"
    return """
      WHAT THIS IS

      A signed archive of Windows updates: metadata, content, approvals, target groups.
      Made by updatemirror; every byte is listed in manifest.json, and manifest.sig signs that file.

      Archive:   \(manifest.archiveID)
      Source:    \(manifest.source.name) (\(manifest.source.serverID))
      Sequence:  \(manifest.sequence)
      Created:   \(manifest.created)
      Expires:   \(manifest.expires?.description ?? "never")
      Kind:      \(kind)
      For:       \(target)
      Updates:   \(manifest.counts.revisions) revisions
      Content:   \(manifest.counts.contentFiles) files, \(manifest.counts.contentBytes) bytes
      Volumes:   \(manifest.volumes.count)


      """
  }

  private static let checking = """
    CHECK IT WITH STOCK TOOLS

    SIGNER.crt is the signer's certificate. Get it from somewhere else than this disk.

      openssl cms -verify -binary -inform DER -in manifest.sig -content manifest.json \\
        -CAfile SIGNER.crt -purpose any -out checked.json
      sha256sum SHA256SUMS        (must be the "sha256" of SHA256SUMS in manifest.json, under "files")
      sha256sum -c SHA256SUMS
      tar -tvf volumes/0001.tar

    Content lies in the volumes as content/XX/NAME. The 40 digits of NAME are the SHA-1 of the file, its SHA-256
    stands in manifest.json. *.zst opens with zstd -d. Parts of one file end in .part-0001 and up: join them with cat.


    """

  private static let importing = """
    IMPORT IT

      updatemirror import plan FOLDER        checks signature, target and order; changes nothing
      updatemirror import apply FOLDER...    reads the volumes; name several folders or disks, in any order

    If a disk of a set is lost, or an earlier archive never arrived, the importing site says what is missing.
    Then make a receipt there (updatemirror receipt create FILE), carry it to the source, and export against it.

    """
}
