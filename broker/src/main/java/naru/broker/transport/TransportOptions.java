package naru.broker.transport;

/**
 * @param loops selector loops, each a thread
 * @param maxRequestBytes {@code socket.request.max.bytes}
 * @param frameMemoryBytes most bytes that incomplete frames of all connections may hold
 * @param idleMillis {@code connections.max.idle.ms}
 * @param sendBufferBytes {@code socket.send.buffer.bytes}, -1 leaves it to the system
 * @param receiveBufferBytes {@code socket.receive.buffer.bytes}, -1 leaves it to the system
 * @param backlog {@code socket.listen.backlog.size}
 */
public record TransportOptions(
        int loops,
        int maxRequestBytes,
        long frameMemoryBytes,
        long idleMillis,
        int sendBufferBytes,
        int receiveBufferBytes,
        int backlog) {}
