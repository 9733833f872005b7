import UpdateModel

/// What the `CookieData` of an authorization cookie means to this server (MS-WSUSSS 2.2.4.7, SSS-086).
struct AuthorizationCookieContents: Hashable, Sendable {
  /// First byte: kind of cookie and version of its layout.
  static let form: UInt8 = 0xA1

  let downstreamID: GUID
  /// Empty: no operation puts a DSS into groups (AMB-47).
  let targetGroups: [GUID]
  let expiration: Timestamp
  let origin: CookieOrigin

  /// Form, DSS, server, expiry, epoch, groups.
  var bytes: [UInt8] {
    var writer = CookieWriter()
    writer.append(Self.form)
    writer.append(downstreamID)
    writer.append(origin.serverID)
    writer.append(expiration)
    writer.append(origin.epoch)
    writer.append(targetGroups)
    return writer.bytes
  }
}

extension AuthorizationCookieContents {
  /// - Returns: nil unless ``bytes`` can have written exactly this.
  init?(bytes: [UInt8]) {
    var reader = CookieReader(bytes)
    guard reader.byte() == Self.form, let downstreamID = reader.guid(), let serverID = reader.guid(),
      let expiration = reader.moment(), let epoch = reader.text(), let groups = reader.groups(), reader.isAtEnd
    else { return nil }
    self.init(
      downstreamID: downstreamID, targetGroups: groups, expiration: expiration,
      origin: CookieOrigin(serverID: serverID, epoch: epoch))
  }
}
