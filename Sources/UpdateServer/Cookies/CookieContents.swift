import UpdateModel

/// What the `EncryptedData` of a cookie means to this server (MS-WSUSSS 2.2.4.8, SSS-097).
struct CookieContents: Hashable, Sendable {
  /// First byte: kind of cookie and version of its layout.
  static let form: UInt8 = 0xC1

  let downstreamID: GUID
  /// Empty: no operation puts a DSS into groups (AMB-47).
  let targetGroups: [GUID]
  let expiration: Timestamp
  /// As the DSS stated it in GetCookie.
  let protocolVersion: String
  let origin: CookieOrigin

  /// Form, DSS, server, expiry, epoch, groups, protocol version.
  var bytes: [UInt8] {
    var writer = CookieWriter()
    writer.append(Self.form)
    writer.append(downstreamID)
    writer.append(origin.serverID)
    writer.append(expiration)
    writer.append(origin.epoch)
    writer.append(targetGroups)
    writer.append(protocolVersion)
    return writer.bytes
  }
}

extension CookieContents {
  /// - Returns: nil unless ``bytes`` can have written exactly this.
  init?(bytes: [UInt8]) {
    var reader = CookieReader(bytes)
    guard reader.byte() == Self.form, let downstreamID = reader.guid(), let serverID = reader.guid(),
      let expiration = reader.moment(), let epoch = reader.text(), let groups = reader.groups(),
      let protocolVersion = reader.text(), reader.isAtEnd
    else { return nil }
    self.init(
      downstreamID: downstreamID, targetGroups: groups, expiration: expiration, protocolVersion: protocolVersion,
      origin: CookieOrigin(serverID: serverID, epoch: epoch))
  }
}

/// A DSS whose cookie passed every check: who it is and what it speaks.
struct Caller: Hashable, Sendable {
  let downstreamID: GUID
  let protocolVersion: ProtocolVersion
}

extension CookieContents {
  /// The checks of guide section 7 in their order (SSS-108, SSS-109, SSS-110).
  func caller(at now: Timestamp, origin expected: CookieOrigin) throws(Refusal) -> Caller {
    let version = try ProtocolVersion.accepted(protocolVersion, parameter: "protocolVersion")
    guard expiration > now else { throw .invalidCookie }
    guard origin == expected else { throw .serverChanged }
    return Caller(downstreamID: downstreamID, protocolVersion: version)
  }
}

extension ProtocolVersion {
  /// Reads a version that a DSS states: `x.y` with the major number 1 (SSS-058 to SSS-060).
  static func accepted(_ text: String, parameter: String) throws(Refusal) -> ProtocolVersion {
    guard let version = ProtocolVersion(text) else { throw .invalidParameters(parameter) }
    guard version.major == 1 else { throw .incompatibleProtocolVersion }
    return version
  }
}
