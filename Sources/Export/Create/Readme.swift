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

    Run this in the folder of this file. SIGNER.crt is the signer's certificate: get it from somewhere else than this
    disk. Nothing here writes to the disk; an archive with any other file in its folder is refused.

      openssl cms -verify -binary -inform DER -in manifest.sig -content manifest.json \\
        -CAfile SIGNER.crt -purpose any -out /dev/null
      sha256sum SHA256SUMS    # must print the "sha256" of SHA256SUMS that is in manifest.json, under "files"
      sha256sum --strict -c SHA256SUMS
      for volume in volumes/*.tar; do tar -tvf "$volume"; done

    If this is one disk of a set: sha256sum with --ignore-missing as well.

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
