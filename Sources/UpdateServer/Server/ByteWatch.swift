import NIOCore

/// Tells a connection that bytes came, before anybody knows whether they are a request.
final class ByteWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: ConnectionHandler

  init(_ connection: ConnectionHandler) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.hasUnreadBytes = true
    context.fireChannelRead(data)
  }
}
