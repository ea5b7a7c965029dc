package naru.http;

import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Closes connections whose handshake or headers do not come to an end: a byte now and then keeps
 * them from being silent, and they would hold their places for ever.
 *
 * <p>Threads: connections open and are looked at on any; the looks come one after the other, while
 * there are connections.
 */
final class HeaderPatience implements Connection.Listener {
    private static final int LOOKS = 4;

    private final ServerConnector connector;
    private final long nanosMost;
    private final Map<EndPoint, Begun> waiting = new HashMap<>();
    private boolean looking;

    /** A request whose headers were seen unfinished, the first time. */
    private record Begun(long messages, long at) {}

    HeaderPatience(ServerConnector connector, int millisMost) {
        this.connector = connector;
        this.nanosMost = TimeUnit.MILLISECONDS.toNanos(millisMost);
    }

    @Override
    public synchronized void onOpened(Connection connection) {
        if (!looking) {
            looking = true;
            lookLater();
        }
    }

    @Override
    public void onClosed(Connection connection) {}

    private void lookLater() {
        var _ =
                connector
                        .getScheduler()
                        .schedule(this::look, nanosMost / LOOKS, TimeUnit.NANOSECONDS);
    }

    private synchronized void look() {
        long now = System.nanoTime();
        Map<EndPoint, Begun> still = new HashMap<>();
        boolean any = false;
        for (EndPoint each : connector.getConnectedEndPoints()) {
            any = true;
            Begun unfinished = unfinished(each, now);
            if (unfinished == null) {
                continue;
            }
            Begun before = waiting.get(each);
            Begun since =
                    before != null && before.messages == unfinished.messages ? before : unfinished;
            if (now - since.at > nanosMost) {
                each.close();
            } else {
                still.put(each, since);
            }
        }
        waiting.clear();
        waiting.putAll(still);
        looking = any;
        if (any && connector.isRunning()) {
            lookLater();
        }
    }

    private static @Nullable Begun unfinished(EndPoint endPoint, long now) {
        Connection outer = endPoint.getConnection();
        Connection inner =
                outer instanceof SslConnection tls ? tls.getSslEndPoint().getConnection() : outer;
        if (!(inner instanceof HttpConnection http)) {
            return new Begun(-1, now);
        }
        HttpParser parser = http.getParser();
        boolean between = parser.isStart() && http.getMessagesIn() > 0;
        return parser.inHeaderState() && !between ? new Begun(http.getMessagesIn(), now) : null;
    }
}
