import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Counts the connection, and closes it where a request's head takes too long: a client that sends a byte now and then
/// is never silent, but never asks either.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let statistics: ServerStatistics
    private let limits: ServerLimits
    private var lastAnswer = NIODeadline.now()
    private var isAsked = false
    private var deadline: Scheduled<Void>?

    init(statistics: ServerStatistics, limits: ServerLimits) {
        self.statistics = statistics
        self.limits = limits
    }

    func channelActive(context: ChannelHandlerContext) {
        statistics.noteConnection(opened: true)
        lastAnswer = .now()
        watch(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        statistics.noteConnection(opened: false)
        deadline?.cancel()
        deadline = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { isAsked = true }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            isAsked = false
            lastAnswer = .now()
        }
        context.write(data, promise: promise)
    }

    /// One timer for a connection's whole life, so that a request costs none.
    private func watch(_ context: ChannelHandlerContext) {
        let limit = TimeAmount(limits.idle)
        let wait = isAsked ? limit : lastAnswer + limit - .now()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let watch = NIOLoopBound(self, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: max(wait, .milliseconds(10))) {
            watch.value.expire(bound.value)
        }
    }

    private func expire(_ context: ChannelHandlerContext) {
        if isAsked || lastAnswer + TimeAmount(limits.idle) > .now() {
            watch(context)
        } else {
            context.close(promise: nil)
        }
    }
}
