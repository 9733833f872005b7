import Glibc
public import UpdateModel

/// The machine's clock. Logic gets ``now`` passed in as `@Sendable () -> Timestamp`.
public enum SystemClock {
  /// The present moment in UTC.
  @Sendable public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(unix: time)
  }
}
