import Glibc

/// What the kernel tells of this process.
public struct ProcessUsage: Hashable, Sendable {
  /// CPU time, user and system.
  public var cpuSeconds: Double
  public var residentBytes: Int64
  public var openDescriptors: Int

  /// Reads `/proc/self`.
  public static func current() throws(SystemError) -> ProcessUsage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    let descriptors = try Folder(path: "/proc/self/fd").names().count
    return ProcessUsage(cpuSeconds: cpu, residentBytes: try residentPages() * pageSize, openDescriptors: descriptors)
  }

  private static var pageSize: Int64 { Int64(sysconf(Int32(_SC_PAGESIZE))) }

  /// The second number of `statm`.
  private static func residentPages() throws(SystemError) -> Int64 {
    let file = try OwnedDescriptor(opening: "/proc/self/statm", flags: O_RDONLY)
    let text = String(decoding: try file.contents(limit: 256), as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
