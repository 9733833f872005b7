internal import UpdateModel

/// What a client knows by its protocol version (wusp.md 12).
struct ClientFeatures {
  /// `HardwareIds` of a deployment (WUSP-261).
  let knowsHardwareIDs: Bool
  /// Category filters, the second list of what is out of scope, DriverSyncNotNeeded (WUSP-224, 227, 228).
  let knowsFilters: Bool

  init(_ version: ProtocolVersion) {
    knowsHardwareIDs = version >= ProtocolVersion(major: 1, minor: 6)
    knowsFilters = version >= ProtocolVersion(major: 1, minor: 7)
  }
}
