package import Foundation
import NIOCore
import NIOPosix

/// The socket in the state folder by which the shell speaks to the daemon.
package struct DaemonSocket: Sendable {
    package let path: String

    /// - Parameter state: the folder of all that Nightjar keeps.
    package init(state: URL) {
        path = state.appending(path: "daemon.sock").path
    }

    /// Asks the daemon, and hands over each of its answers.
    ///
    /// - Parameter untilEnd: whether to wait for the last answer; else the first is enough.
    /// - Returns: whether a daemon was there and gave these answers.
    package func ask(
        _ request: DaemonRequest, untilEnd: Bool, _ answered: @escaping @Sendable (DaemonReply) -> Void
    ) async -> Bool {
        let group = MultiThreadedEventLoopGroup.singleton
        let lines = AsyncStream<String>.makeStream()
        do {
            let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        LineHandler(
                            { line, _ in lines.continuation.yield(line) }, closed: { lines.continuation.finish() }))
                }
            }.connect(unixDomainSocketPath: path).get()
            try await channel.writeAndFlush(ByteBuffer(string: request.json + "\n"))
            var isAnswered = false
            for await line in lines.stream {
                guard let reply = DaemonReply(json: line) else { continue }
                answered(reply)
                if reply.isLast || !untilEnd {
                    isAnswered = true
                    break
                }
            }
            try? await channel.close()
            return isAnswered
        } catch {
            return false
        }
    }

    /// Opens the socket.
    ///
    /// - Parameter receive: is called with each request, and with what sends an answer to it.
    func open(
        _ receive: @escaping @Sendable (DaemonRequest, @escaping @Sendable (DaemonReply) -> Void) -> Void
    ) async throws -> any Channel {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        LineHandler { line, channel in
                            let send: @Sendable (DaemonReply) -> Void = { reply in
                                channel.writeAndFlush(ByteBuffer(string: reply.json + "\n"), promise: nil)
                            }
                            guard let request = DaemonRequest(json: line) else {
                                send(.refused("the daemon does not understand what it was asked"))
                                return
                            }
                            receive(request, send)
                        })
                }
            }.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        chmod(path, 0o600)
        return channel
    }
}

/// Takes a stream apart into lines.
private final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// More than any request has.
    private static let longest = 64 << 20

    private let receive: (String, any Channel) -> Void
    private let closed: () -> Void
    private var rest = ByteBuffer()

    init(_ receive: @escaping (String, any Channel) -> Void, closed: @escaping () -> Void = {}) {
        self.receive = receive
        self.closed = closed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        rest.writeBuffer(&buffer)
        while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest.readString(length: end - rest.readerIndex) ?? ""
            rest.moveReaderIndex(forwardBy: 1)
            receive(line, context.channel)
        }
        rest.discardReadBytes()
        if rest.readableBytes > Self.longest { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { closed() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
