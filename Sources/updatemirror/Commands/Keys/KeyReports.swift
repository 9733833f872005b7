import Export
import Platform
import Sealing
import UpdateModel

/// A certificate, for people and for programs.
struct CertificateRow: Encodable, Equatable {
  /// Absent for one that has none here.
  let name: String?
  let subject: String?
  let validFrom: String?
  let validUntil: String?
  /// Vouches for others.
  let authority: Bool?
  /// SHA-256, lower case.
  let fingerprint: String
  /// `archives`, `receipts`; absent for signing keys.
  let purposes: [String]?
  let since: String?
  let by: String?

  init(_ entry: KeyFolder.Entry) { self.init(entry.certificate, name: entry.name) }

  init(_ entry: TrustStore.Entry) {
    self.init(
      entry.certificate, name: entry.name, purposes: entry.purposes.map(\.rawValue).sorted(),
      since: entry.since.description, by: entry.by)
  }

  /// What is known of a fingerprint.
  init(_ fingerprint: SHA256Digest, in signers: SiteSigners) {
    if let entry = signers.trust.entries.first(where: { $0.certificate.fingerprint == fingerprint }) {
      self.init(entry)
    } else if let entry = signers.keys.first(where: { $0.certificate.fingerprint == fingerprint }) {
      self.init(entry)
    } else {
      self.init(fingerprint: fingerprint)
    }
  }

  private init(
    _ certificate: Certificate, name: String, purposes: [String]? = nil, since: String? = nil, by: String? = nil
  ) {
    self.name = name
    subject = certificate.subject
    validFrom = certificate.validFrom.description
    validUntil = certificate.validUntil.description
    authority = certificate.isAuthority
    fingerprint = certificate.fingerprint.hex.lowercased()
    self.purposes = purposes
    self.since = since
    self.by = by
  }

  private init(fingerprint: SHA256Digest) {
    name = nil
    subject = nil
    validFrom = nil
    validUntil = nil
    authority = nil
    self.fingerprint = fingerprint.hex.lowercased()
    purposes = nil
    since = nil
    by = nil
  }

  /// For the audit log.
  var facts: [String: String] {
    var facts = ["fingerprint": fingerprint]
    facts["name"] = name
    facts["subject"] = subject
    facts["validUntil"] = validUntil
    facts["purposes"] = purposes?.joined(separator: ",")
    return facts
  }

  var fields: [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    if let name { fields.append(("name", name)) }
    if let subject { fields.append(("subject", subject + (authority == true ? "  (an authority)" : ""))) }
    fields.append(("fingerprint", fingerprint))
    if let validFrom, let validUntil {
      fields.append(("valid", "\(Quantity.moment(validFrom)) to \(Quantity.moment(validUntil))"))
    }
    if let purposes { fields.append(("trusted for", purposes.joined(separator: ", "))) }
    return fields
  }
}

struct KeyReport: Report {
  let key: CertificateRow

  var table: String {
    FieldList.text(key.fields) + "\nhand out its certificate: updatemirror keys certificate \(key.name ?? "")"
  }
}

struct KeyChangeReport: Report {
  enum Change: String, Encodable {
    case trust, revoke
  }

  /// Nothing was changed.
  let preview: Bool
  let change: Change
  let certificate: CertificateRow

  var table: String {
    let words =
      switch (preview, change) {
      case (true, .trust): "nothing was changed: compare the fingerprint with its owner, then add --yes"
      case (true, .revoke): "nothing was changed: a revocation stays; add --yes"
      case (false, .trust): "trusted"
      case (false, .revoke): "revoked"
      }
    return FieldList.text(certificate.fields) + "\n" + words
  }
}

struct KeyListReport: Report {
  struct Revocation: Encodable {
    let fingerprint: String
    let since: String
    let by: String
  }

  let signing: [CertificateRow]
  let trusted: [CertificateRow]
  let revoked: [Revocation]

  init(_ signers: SiteSigners) {
    signing = signers.keys.map(CertificateRow.init)
    trusted = signers.trust.entries.map(CertificateRow.init)
    revoked = signers.trust.revocations.map {
      Revocation(fingerprint: $0.fingerprint.hex.lowercased(), since: $0.since.description, by: $0.by)
    }
  }

  var table: String {
    var parts: [String] = []
    if !signing.isEmpty {
      var table = TextTable(["SIGNING KEY", "VALID UNTIL", "FINGERPRINT", "SUBJECT"])
      for row in signing { table.add([row.name ?? "", day(row.validUntil), row.fingerprint, row.subject ?? ""]) }
      parts.append(table.text)
    }
    if !trusted.isEmpty {
      var table = TextTable(["TRUSTED", "FOR", "VALID UNTIL", "SINCE", "FINGERPRINT", "SUBJECT"])
      for row in trusted {
        table.add([
          row.name ?? "", (row.purposes ?? []).joined(separator: ","), day(row.validUntil), day(row.since),
          row.fingerprint, row.subject ?? "",
        ])
      }
      parts.append(table.text)
    }
    if !revoked.isEmpty {
      var table = TextTable(["REVOKED", "SINCE", "BY"])
      for row in revoked { table.add([row.fingerprint, day(row.since), row.by]) }
      parts.append(table.text)
    }
    return parts.isEmpty ? "no signing keys, and nobody is trusted" : parts.joined(separator: "\n\n")
  }

  private func day(_ moment: String?) -> String { String((moment ?? "").prefix(10)) }
}
