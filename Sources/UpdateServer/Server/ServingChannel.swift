import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// The connection of a client: the framework's HTTP/1 channel with a ``ConnectionHandler`` below it.
struct ServingChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  private let base: HTTP1Channel
  private let settings: ConnectionHandler.Settings
  private let ledger: ConnectionLedger
  private let shelves: ContentShelves
  /// Nil for plain HTTP.
  private let certificates: CertificateStore?

  init(
    responder: @escaping HTTPChannelHandler.Responder, settings: ConnectionHandler.Settings, ledger: ConnectionLedger,
    shelves: ContentShelves, certificates: CertificateStore?
  ) {
    self.settings = settings
    self.ledger = ledger
    self.shelves = shelves
    self.certificates = certificates
    base = HTTP1Channel(
      responder: responder,
      configuration: .init(
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let address = channel.remoteAddress?.ipAddress ?? ""
    let admission = ledger.enter(address)
    let metrics = settings.observer.metrics
    metrics?.connectionOpened()
    channel.closeFuture.whenComplete { [ledger] _ in
      ledger.leave(address, admission)
      metrics?.connectionClosed()
    }
    do {
      if let certificates { try certificates.protect(channel) }
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
    return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
      if admission == .flood { channel.close(promise: nil) } else { try insert(into: channel, address, admission) }
      return value
    }
  }

  func handle(value: Value, logger: Logger) async {
    await base.handle(value: value, logger: logger)
  }

  private func insert(into channel: any Channel, _ address: String, _ admission: ConnectionLedger.Admission) throws {
    let pipeline = channel.pipeline.syncOperations
    let connection = ConnectionHandler(
      settings, shelf: shelves.shelf(of: channel.eventLoop), address: address, isSurplus: admission == .surplus)
    let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
    try pipeline.addHandler(ByteWatch(connection), position: .before(decoder))
    try pipeline.addHandler(connection, position: .after(decoder))
    connection.wire = try pipeline.context(handlerType: HTTPResponseEncoder.self)
  }
}

/// One ``ContentShelf`` for each event loop that ever needed one.
final class ContentShelves: Sendable {
  private let library: ContentLibrary
  private let shelves = Mutex<[ObjectIdentifier: NIOLoopBound<ContentShelf>]>([:])

  init(library: ContentLibrary) { self.library = library }

  /// Call it on `eventLoop`.
  func shelf(of eventLoop: any EventLoop) -> ContentShelf {
    let known = shelves.withLock { shelves in
      let key = ObjectIdentifier(eventLoop)
      if let known = shelves[key] { return known }
      let made = NIOLoopBound(ContentShelf(eventLoop, library: library), eventLoop: eventLoop)
      shelves[key] = made
      return made
    }
    return known.value
  }
}
