/// How much of each thing a request of a client may hold; beyond it is an error that names the parameter (WUSP-230).
///
/// Far above what agents send; what a server grants below them is its own business.
enum ClientRequestLimits {
  /// Revision IDs in one list of a request.
  static let revisionIDs = 100_000
  /// Identities in one RefreshCache.
  static let identities = 100_000
  /// Digests in one GetFileLocations.
  static let digests = 10_000
  /// Categories in a filter or a StartCategoryScan.
  static let categories = 10_000
  /// Devices of one computer, and the computer's own hardware IDs.
  static let devices = 4_096
  /// Hardware IDs, compatible IDs or extension drivers of one device.
  static let idsOfDevice = 1_024
  static let locales = 1_000
  static let infoTypes = 1_000
  /// Events in one report.
  static let events = 5_000
  /// Replacement strings, or pieces of MiscData, of one event.
  static let stringsOfEvent = 1_000
  /// Bytes of a name, a version, an ID.
  static let text = 4 << 10
  /// Bytes of a replacement string.
  static let replacementString = 64 << 10
  /// Bytes of one piece of MiscData: a status event lists its updates in one, 37 bytes for each (WUSP-336).
  static let miscData = 1 << 20
}
