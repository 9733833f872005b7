import Glibc

/// How many files and sockets the process may have open.
enum DescriptorLimit {
  /// Takes all that the system grants: the usual soft limit of 1,024 is for programs that use `select`.
  ///
  /// - Returns: the limit that holds now.
  @discardableResult
  static func raise() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    if limit.rlim_cur < limit.rlim_max {
      var wanted = limit
      wanted.rlim_cur = limit.rlim_max
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) == 0 { limit = wanted }
    }
    return Int(clamping: limit.rlim_cur)
  }
}
