import UpdateModel
import WireFormat

/// AUTH: GetAuthConfig, GetAuthorizationCookie, GetCookie, in this order (MS-WSUSSS 3.2.4.1, SSS-077).
extension SyncSession {
  /// Begins authorization in place; the phase it interrupts goes on afterwards (SSS-101).
  mutating func authorize() -> SyncAction {
    authorization = .config
    return authorizationCall() ?? .awaitAnswer
  }

  /// The authorization call that is due; nil when none is.
  mutating func authorizationCall() -> SyncAction? {
    let isAsked = flights.values.contains { if case .authorization = $0.flight { true } else { false } }
    switch authorization {
    case .idle: return nil
    case _ where isAsked: return .awaitAnswer
    case .config: return post(.authorization, .getAuthConfig)
    case .authorizationCookie(let path):
      let call = SyncCall.getAuthorizationCookie(
        at: path, accountName: settings.accountName, accountGUID: settings.accountGUID)
      return post(.authorization, call)
    case .cookie(let authorizationCookie):
      return post(
        .authorization, .getCookie(authorizationCookie, oldCookie: jar.last, version: settings.version))
    }
  }

  mutating func authorized(_ answer: SyncAnswer, _ now: Timestamp) {
    switch answer {
    case .authConfig(let serviceURL):
      guard let path = ServicePath(serviceURL: serviceURL) else { return stop(.serviceURLRefused(serviceURL)) }
      authorization = .authorizationCookie(path)
    case .authorizationCookie(let cookie): authorization = .cookie(cookie)
    case .cookie(let cookie):
      guard jar.receive(cookie, now: now) else {
        return stop(.cookieExpiredOnArrival(expiration: cookie.expiration))
      }
      authorization = .idle
    default: break
    }
  }
}
