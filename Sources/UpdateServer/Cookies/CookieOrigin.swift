import UpdateModel

/// The server that made a cookie: its permanent GUID and the life of its change log.
struct CookieOrigin: Hashable, Sendable {
  let serverID: GUID
  let epoch: String
}
