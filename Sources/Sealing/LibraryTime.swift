import COpenSSL
import UpdateModel

/// Moments between the library and us: whole seconds of UTC.
enum LibraryTime {
  /// What X.509 can write: years 1950 to 9999.
  static let range = Timestamp(year: 1950, month: 1, day: 1)...Timestamp.endOfTime

  /// Seconds since 1970, fractions dropped.
  static func seconds(_ moment: Timestamp) -> Int {
    let (whole, rest) = (moment.ticks - Timestamp.unixEpochTicks).quotientAndRemainder(
      dividingBy: Timestamp.ticksPerSecond)
    return Int(rest < 0 ? whole - 1 : whole)
  }

  /// A UTCTime up to 2049, then a GeneralizedTime (RFC 5280 4.1.2.5, RFC 5652 11.3).
  ///
  /// - Throws: ``SealingError/outOfRange(what:expected:found:)``.
  static func encode(_ moment: Timestamp, of what: String) throws(SealingError) -> LibraryTimeHandle {
    guard range.contains(moment) else {
      throw .outOfRange(what: what, expected: "the years 1950 to 9999", found: "\(moment)")
    }
    return try LibraryTimeHandle(ASN1_TIME_set(nil, seconds(moment)))
  }

  /// - Returns: nil when it is no moment of UTC from year 1 on.
  static func decode(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp? {
    guard let time else { return nil }
    var fields = tm()
    guard ASN1_TIME_to_tm(time, &fields) == 1 else {
      ERR_clear_error()
      return nil
    }
    let year = Int(fields.tm_year) + 1_900
    guard (1...9_999).contains(year) else { return nil }
    let day = Timestamp(year: year, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday))
    let seconds = Int64(fields.tm_hour) * 3_600 + Int64(fields.tm_min) * 60 + Int64(fields.tm_sec)
    return Timestamp(ticks: day.ticks + seconds * Timestamp.ticksPerSecond)
  }
}

/// An `ASN1_TIME`, which Swift sees as a structure and not as an opaque pointer.
struct LibraryTimeHandle: ~Copyable {
  let pointer: UnsafeMutablePointer<ASN1_TIME>

  init(_ pointer: UnsafeMutablePointer<ASN1_TIME>?) throws(SealingError) {
    guard let pointer else { throw libraryError("ASN1_TIME_set") }
    self.pointer = pointer
  }

  deinit { ASN1_TIME_free(pointer) }
}
