import UpdateModel

/// Attributes of `package.xml` as values.
extension MetadataAttributes {
  func packageHeader() throws(WireError) -> WindowsPackageHeader {
    let format = try required("FormatVersion")
    guard format == WindowsPackageHeader.formatVersion else {
      throw invalid("FormatVersion", WindowsPackageHeader.formatVersion, format)
    }
    let time = try required("CreationTime")
    guard let creationTime = Timestamp(time) else { throw invalid("CreationTime", "yyyy-MM-ddTHH:mm:ssZ", time) }
    let version = try required("ProtocolVersion")
    guard let protocolVersion = ProtocolVersion(version) else {
      throw invalid("ProtocolVersion", "two integers and a dot", version)
    }
    return WindowsPackageHeader(
      serverID: try guid("ServerID"), creationTime: creationTime, protocolVersion: protocolVersion)
  }

  func language() throws(WireError) -> LanguageSetting {
    let number = try required("Id")
    guard let languageID = Int32(number), languageID >= 0 else { throw invalid("Id", "0 to \(Int32.max)", number) }
    return LanguageSetting(
      languageID: languageID, shortName: try required("ShortName"), longName: try required("LongName"),
      isEnabled: try boolean("Enabled") ?? true)
  }

  func packagedFile() throws(WireError) -> PackagedFile {
    let url = text("MUUrl").flatMap { $0.isEmpty ? nil : $0 }
    return PackagedFile(digest: try fileDigest(), muURL: url, name: try required("Name"))
  }

  func fileDigest() throws(WireError) -> FileDigest {
    let text = try required("Digest")
    guard let digest = Base64.decode(text.utf8).flatMap({ FileDigest(bytes: $0) }) else {
      throw invalid("Digest", "the Base64 of 20 bytes", text)
    }
    return digest
  }

  func packagedIdentity() throws(WireError) -> UpdateIdentity {
    let number = try required("RevisionNumber")
    guard let revision = Int32(number), revision >= 0 else {
      throw invalid("RevisionNumber", "0 to \(Int32.max)", number)
    }
    return UpdateIdentity(updateID: try guid("UpdateId"), revisionNumber: revision)
  }
}
