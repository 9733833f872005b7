import NIOCore
import Platform
import UpdateModel

/// The files that one event loop keeps open between requests.
///
/// Confined to its event loop, so nothing is locked and a descriptor is never used by two threads.
final class ContentShelf {
  private final class Place {
    let content: OpenContent
    let opened: NIODeadline
    var used: UInt64

    init(_ content: OpenContent, opened: NIODeadline, used: UInt64) {
      self.content = content
      self.opened = opened
      self.used = used
    }
  }

  private let eventLoop: any EventLoop
  private let library: ContentLibrary
  private let limit: Int
  private let lifetime: TimeAmount
  private var places: [FileDigest: Place] = [:]
  private var openings: [FileDigest: EventLoopFuture<OpenContent?>] = [:]
  private var uses: UInt64 = 0
  private var dateSecond: Int64 = 0
  private var dateLine = ByteBuffer()
  /// Memory of the last part that was read here; used again when nobody holds it any more.
  private var part = ByteBuffer()

  /// - Parameters:
  ///   - limit: files kept open; the least recently used goes first.
  ///   - lifetime: after it a file is opened again, whatever its descriptor shows.
  init(_ eventLoop: any EventLoop, library: ContentLibrary, limit: Int = 256, lifetime: TimeAmount = .seconds(30)) {
    self.eventLoop = eventLoop
    self.library = library
    self.limit = limit
    self.lifetime = lifetime
  }

  /// The file if it is at hand and has not changed.
  func atHand(_ digest: FileDigest) -> OpenContent? {
    guard let place = places[digest] else { return nil }
    guard place.opened + lifetime > .now(), place.content.isUnchanged else {
      places[digest] = nil
      return nil
    }
    uses += 1
    place.used = uses
    return place.content
  }

  /// Opens the file off the event loop; requests for one file share one opening.
  ///
  /// The future gives nil when there is no such file to serve.
  func open(_ digest: FileDigest) -> EventLoopFuture<OpenContent?> {
    if let opening = openings[digest] { return opening }
    let library = library
    let opening = eventLoop.makeFutureWithTask { try await library.open(digest) }
    openings[digest] = opening
    opening.assumeIsolated().whenComplete { [self] result in
      openings[digest] = nil
      if case .success(let content?) = result { keep(content) }
    }
    return opening
  }

  /// Opens the only file of a folder with this `FileName`. Rare: no client of Windows asks so.
  func open(folder: UInt8, fileName: String) -> EventLoopFuture<OpenContent?> {
    let library = library
    return eventLoop.makeFutureWithTask {
      guard let digest = try await library.digest(folder: folder, fileName: fileName) else { return nil }
      return try await library.open(digest)
    }
  }

  /// Reads a part here and now, if that needs no disk.
  func readAtHand(_ range: ByteRange, of file: OpenContent) -> ByteBuffer? {
    file.readAtHand(range, into: &part) ? part : nil
  }

  /// Reads a part off the event loop.
  func read(_ range: ByteRange, of file: OpenContent) -> EventLoopFuture<ByteBuffer> {
    let pool = library.pool
    return eventLoop.makeFutureWithTask {
      try await pool.run { try file.read(at: range.first, count: Int(range.count)) }
    }
  }

  /// Takes a file out of sight that the disk does not give.
  func withdraw(_ file: OpenContent, because error: ContentReadError) {
    places[file.digest] = nil
    let library = library
    Task { await library.withdrawUnreadable(file.digest, because: error) }
  }

  private func keep(_ content: OpenContent) {
    if places.count >= limit, let oldest = places.min(by: { $0.value.used < $1.value.used }) {
      places[oldest.key] = nil
    }
    uses += 1
    places[content.digest] = Place(content, opened: .now(), used: uses)
  }

  /// The `Date` line, made once a second.
  func currentDateLine() -> ByteBuffer {
    let now = library.now()
    let second = now.ticks / Timestamp.ticksPerSecond
    if second != dateSecond {
      dateSecond = second
      dateLine = ByteBuffer(string: "Date: \(HTTPDate.text(now))\r\n")
    }
    return dateLine
  }
}
