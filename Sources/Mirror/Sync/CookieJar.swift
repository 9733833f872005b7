package import UpdateModel
package import WireFormat

/// The cookies of one run and the question whether the USS still takes them.
///
/// The USS's clock counts: its offset comes from the Date header, so that a site with
/// a wrong clock neither renews without need nor sends an expired cookie (SSS-099, SSS-100).
package struct CookieJar: Sendable {
  /// The last cookie received in this run and not refused: GetCookie returns it as oldCookie (SSS-094).
  package private(set) var last: Cookie?
  private var isCurrent = false
  /// Moment of the USS's clock before which ``last`` must be renewed.
  private var renewal = Timestamp(ticks: 0)
  /// Seconds by which the USS's clock is ahead.
  package private(set) var clockOffset: Double = 0

  package init() {}

  /// Learns the USS's clock from an answer that left it at `date` and arrived at `now`.
  ///
  /// The header has whole seconds, so a difference below one second is no difference.
  package mutating func observe(date: Timestamp?, now: Timestamp) {
    guard let date else { return }
    let difference = date.seconds(since: now)
    clockOffset = (-1...1).contains(difference + 0.5) ? 0 : difference
  }

  /// Takes a fresh cookie; it is renewed 5 minutes or a tenth of its life before it expires.
  ///
  /// - Returns: false when it has expired already.
  package mutating func receive(_ cookie: Cookie, now: Timestamp) -> Bool {
    let life = cookie.expiration.seconds(since: now.adding(seconds: clockOffset))
    last = cookie
    isCurrent = life > 0
    renewal = cookie.expiration.adding(seconds: -min(300, life / 10))
    return isCurrent
  }

  /// The cookie to send at `now`, or nil when authorization must come first.
  package func usable(at now: Timestamp) -> Cookie? {
    guard isCurrent, now.adding(seconds: clockOffset) < renewal else { return nil }
    return last
  }

  /// The cookie is used no more, but it comes along as oldCookie.
  package mutating func discard() { isCurrent = false }

  /// The USS refused the cookie: it does not come along as oldCookie either, where it could be refused again.
  package mutating func forget() {
    isCurrent = false
    last = nil
  }
}
