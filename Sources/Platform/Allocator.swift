import CMalloc

/// The C library's memory allocator.
public enum Allocator {
  /// From now on all threads take memory from one arena.
  ///
  /// Each thread has its own otherwise, and what one thread frees for another is lost to it: where megabytes go from
  /// thread to thread, as in an import, some tens of MiB stay unused. Threads wait for each other more often.
  public static func shareOneArena() { _ = mallopt(M_ARENA_MAX, 1) }
}
