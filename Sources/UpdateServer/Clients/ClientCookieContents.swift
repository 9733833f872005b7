import Catalog
import Offering
import UpdateModel

/// What the `CookieData` of a client's authorization cookie means to this server (MS-WUSP 2.2.3.4).
///
/// The groups of the computer are not in it: they are read with each call, so that a move counts at once.
struct ClientAuthorization: Hashable, Sendable {
  /// First byte: kind of cookie and version of its layout.
  static let form: UInt8 = 0xA2

  let clientID: ClientID
  let computer: ComputerKey
  let expiration: Timestamp
  let origin: CookieOrigin

  /// Form, computer, server, expiry, epoch, client.
  var bytes: [UInt8] {
    var writer = CookieWriter()
    writer.append(Self.form)
    writer.append(UInt64(bitPattern: computer.value))
    writer.append(origin.serverID)
    writer.append(expiration)
    writer.append(origin.epoch)
    writer.append(clientID.text)
    return writer.bytes
  }
}

extension ClientAuthorization {
  /// - Returns: nil unless ``bytes`` can have written exactly this.
  init?(bytes: [UInt8]) {
    var reader = CookieReader(bytes)
    guard reader.byte() == Self.form, let computer = reader.number(), let serverID = reader.guid(),
      let expiration = reader.moment(), let epoch = reader.text(), let clientID = reader.text().flatMap(ClientID.init),
      reader.isAtEnd
    else { return nil }
    self.init(
      clientID: clientID, computer: ComputerKey(Int64(bitPattern: computer)), expiration: expiration,
      origin: CookieOrigin(serverID: serverID, epoch: epoch))
  }
}

/// What the `EncryptedData` of a client's cookie means to this server (MS-WUSP 2.2.3.5, WUSP-115).
struct ClientCookieContents: Hashable, Sendable {
  /// First byte: kind of cookie and version of its layout.
  static let form: UInt8 = 0xC2

  let clientID: ClientID
  let computer: ComputerKey
  let expiration: Timestamp
  let origin: CookieOrigin
  /// As the client stated it in GetCookie.
  let protocolVersion: ProtocolVersion
  /// LastChange of the configuration that the client knows.
  let configurationChange: Timestamp
  var marks = PassMarks()

  /// Form, computer, server, expiry, epoch, client, protocol version, LastChange, marks.
  var bytes: [UInt8] {
    var writer = CookieWriter()
    writer.append(Self.form)
    writer.append(UInt64(bitPattern: computer.value))
    writer.append(origin.serverID)
    writer.append(expiration)
    writer.append(origin.epoch)
    writer.append(clientID.text)
    writer.append(protocolVersion.description)
    writer.append(configurationChange)
    for mark in [marks.software, marks.drivers, marks.printers] { writer.append(mark) }
    return writer.bytes
  }
}

extension ClientCookieContents {
  /// - Returns: nil unless ``bytes`` can have written exactly this.
  init?(bytes: [UInt8]) {
    var reader = CookieReader(bytes)
    guard reader.byte() == Self.form, let computer = reader.number(), let serverID = reader.guid(),
      let expiration = reader.moment(), let epoch = reader.text(), let clientID = reader.text().flatMap(ClientID.init),
      let version = reader.text().flatMap(ProtocolVersion.init), let change = reader.moment(),
      let software = reader.mark(), let drivers = reader.mark(), let printers = reader.mark(), reader.isAtEnd
    else { return nil }
    self.init(
      clientID: clientID, computer: ComputerKey(Int64(bitPattern: computer)), expiration: expiration,
      origin: CookieOrigin(serverID: serverID, epoch: epoch), protocolVersion: version, configurationChange: change,
      marks: PassMarks(software: software.mark, drivers: drivers.mark, printers: printers.mark))
  }
}

/// How far a client has heard of changes, one mark for each kind of pass; nil = never.
struct PassMarks: Hashable, Sendable {
  enum Pass: Hashable, Sendable {
    case software
    case drivers
    case printers
  }

  var software: OfferMark?
  var drivers: OfferMark?
  var printers: OfferMark?

  subscript(pass: Pass) -> OfferMark? {
    get {
      switch pass {
      case .software: software
      case .drivers: drivers
      case .printers: printers
      }
    }
    set {
      switch pass {
      case .software: software = newValue
      case .drivers: drivers = newValue
      case .printers: printers = newValue
      }
    }
  }
}

extension CookieWriter {
  /// `00`, or `01` and sequence, time, set of groups.
  fileprivate mutating func append(_ mark: OfferMark?) {
    append(mark == nil ? UInt8(0) : 1)
    guard let mark else { return }
    append(UInt64(bitPattern: mark.sequence))
    append(mark.time)
    append(mark.groupSet)
  }
}

extension CookieReader {
  /// The inner nil is a mark that there is not; the outer one an error.
  fileprivate mutating func mark() -> (mark: OfferMark?, Void)? {
    switch byte() {
    case 0: return (nil, ())
    case 1:
      guard let sequence = number(), let time = moment(), let groupSet = number() else { return nil }
      return (OfferMark(sequence: Int64(bitPattern: sequence), time: time, groupSet: groupSet), ())
    default: return nil
    }
  }
}
