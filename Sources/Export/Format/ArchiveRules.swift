import Catalog
import UpdateModel

/// Steps 5 to 9 of docs/archive-format.md section 7, one function each.
enum ArchiveRules {
  /// How far ahead of the clock a document may be dated, in seconds.
  static let clockTolerance: Double = 86_400

  static func target(_ manifest: ArchiveManifest, _ site: ImportSite) throws(ArchiveRefusal) {
    guard let target = manifest.target, target != site.serverID else { return }
    throw ArchiveRefusal(
      .target, what: "the target", expected: "this server (\(site.serverID)) or any", found: "\(target)",
      hint: "this archive was made for another site")
  }

  static func freshness(_ manifest: ArchiveManifest, _ site: ImportSite, _ now: Timestamp) throws(ArchiveRefusal) {
    let created = manifest.created
    if created.seconds(since: now) > clockTolerance {
      throw ArchiveRefusal(
        .freshness, what: "created", expected: "at most a day ahead of the clock (\(now))", found: "\(created)",
        hint: "check the clock of this server")
    }
    if let expires = manifest.expires, expires <= now {
      throw ArchiveRefusal(
        .freshness, what: "expires", expected: "a time after \(now)", found: "\(expires)",
        hint: "ask for a new archive; check the clock of this server")
    }
    if let maximum = site.maximumAge, now.seconds(since: created) > maximum {
      throw ArchiveRefusal(
        .freshness, what: "created", expected: "at most \(Int64(maximum)) seconds before \(now)", found: "\(created)",
        hint: "the limit is the setting archives.maximum-age")
    }
  }

  static func sequence(
    _ manifest: ArchiveManifest, _ manifestSHA256: InlineSHA256, _ site: ImportSite
  ) throws(ArchiveRefusal) -> AcceptedArchive.Kind {
    guard let last = site.lastImport else { return .first }
    let found = "\(manifest.sequence) (archive \(manifest.archiveID))"
    if manifest.sequence > last.sequence, manifest.archiveID != last.archiveID { return .next }
    if manifest.sequence == last.sequence, manifest.archiveID == last.archiveID, manifestSHA256 == last.manifestSHA256 {
      return .again
    }
    if manifest.sequence < last.sequence {
      throw ArchiveRefusal(
        .sequence, what: "the sequence", expected: "more than \(last.sequence), the last imported", found: found,
        hint: "a newer archive of this source was imported; to go back: updatemirror import rollback")
    }
    throw ArchiveRefusal(
      .sequence, what: "the sequence",
      expected: "one archive of this number and id (\(last.sequence), \(last.archiveID))",
      found: "\(found) with another manifest", hint: "the source numbered two archives alike: find out which is genuine"
    )
  }

  static func base(_ manifest: ArchiveManifest, _ site: ImportSite) throws(ArchiveRefusal) {
    guard let base = manifest.base else { return }
    let last = site.lastImport?.sequence ?? 0
    let hint = "import the missing archive first, or send the source a receipt: updatemirror receipt create"
    if base.kind == .receipt, !site.ownsBaseReceipt {
      throw ArchiveRefusal(
        .base, what: "the base", expected: "a receipt of this server", found: "receipt \(base.id)",
        hint: "this archive builds upon what another site holds; send a receipt: updatemirror receipt create")
    }
    let held = last == 0 ? "none of this source" : "archive \(last) of this source"
    if base.sequence > last {
      throw ArchiveRefusal(
        .base, what: "the base", expected: "an archive that was imported here (the last: \(held))",
        found: "archive \(base.sequence) (\(base.kind.word) \(base.id))", hint: hint)
    }
    if base.kind == .archive, let site = site.lastImport, base.sequence == site.sequence, base.id != site.archiveID {
      throw ArchiveRefusal(
        .base, what: "the base", expected: "archive \(site.archiveID) of sequence \(site.sequence)",
        found: "archive \(base.id) of the same sequence", hint: hint)
    }
  }

  static func source(_ manifest: ArchiveManifest, _ site: ImportSite) throws(ArchiveRefusal) {
    guard let followed = site.followedSource, followed != manifest.source.serverID, !site.changesSource else { return }
    throw ArchiveRefusal(
      .source, what: "the source", expected: "\(followed), which this replica follows",
      found: "\(manifest.source.serverID) (\(ForeignText.quoted(manifest.source.name)))",
      hint: "to follow the other one: --change-source")
  }
}
