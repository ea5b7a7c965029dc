package naru.quorum.network;

import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The network between controllers over sockets, with Kafka's own client.
 *
 * <p>Threads: one, from the first request on; a node that is alone has neither it nor sockets.
 */
public final class KafkaControllerNetwork implements ControllerNetwork {
    private static final int IDLE_CONNECTION_MILLIS = 600_000;
    private static final int RECONNECT_BACKOFF_MILLIS = 20;
    private static final int RECONNECT_BACKOFF_MAX_MILLIS = 200;
    private static final int RECEIVE_BUFFER_BYTES = 64 * 1024;
    private static final int REQUEST_TIMEOUT_MILLIS = 30_000;
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int CONNECT_TIMEOUT_MAX_MILLIS = 10_000;
    private static final int MOST_IN_FLIGHT = 5;

    /** Shorter than the system's own bound, whose end looks like a refusal. */
    private static final int KNOCK_TIMEOUT_MILLIS = 1_000;

    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

    private final int nodeId;
    private final Supplier<ChannelBuilder> channels;
    private @Nullable NetworkLoop loop;
    private @Nullable Thread thread;
    private @Nullable Metrics metrics;
    private boolean closed;

    /**
     * @param channels how connections are protected; asked once, with the first request
     */
    public KafkaControllerNetwork(int nodeId, Supplier<ChannelBuilder> channels) {
        this.nodeId = nodeId;
        this.channels = channels;
    }

    @Override
    public CompletableFuture<AbstractResponse> send(
            Lane lane, Node destination, AbstractRequest.Builder<?> request, Duration timeout) {
        Outbound outbound =
                new Outbound(
                        new LaneNode(lane, destination),
                        request,
                        Time.SYSTEM.milliseconds() + timeout.toMillis(),
                        new CompletableFuture<>());
        try {
            NetworkLoop open = open();
            if (open == null) {
                outbound.fail(null, "the node stops");
            } else {
                open.put(outbound);
            }
        } catch (RuntimeException unusable) {
            outbound.answer().completeExceptionally(unusable);
        }
        return outbound.answer();
    }

    @Override
    public CompletableFuture<Boolean> refuses(Node address) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("quorum-" + nodeId + "-knock")
                .start(() -> answer.complete(isRefused(address)));
        return answer;
    }

    private static boolean isRefused(Node address) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(address.host(), address.port()), KNOCK_TIMEOUT_MILLIS);
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException | RuntimeException unknown) {
            return false;
        }
    }

    private synchronized @Nullable NetworkLoop open() {
        if (loop == null && !closed) {
            Metrics counted = new Metrics();
            NetworkLoop opened = new NetworkLoop(client(counted), Time.SYSTEM);
            Thread started =
                    Thread.ofPlatform()
                            .name("quorum-" + nodeId + "-network")
                            .daemon()
                            .start(opened);
            metrics = counted;
            loop = opened;
            thread = started;
        }
        return loop;
    }

    private KafkaClient client(Metrics counted) {
        LogContext logContext = new LogContext("[quorum " + nodeId + "] ");
        Selector selector =
                new Selector(
                        NetworkReceive.UNLIMITED,
                        IDLE_CONNECTION_MILLIS,
                        counted,
                        Time.SYSTEM,
                        "controller-network",
                        Map.of(),
                        false,
                        channels.get(),
                        logContext);
        return new NetworkClient(
                selector,
                new ManualMetadataUpdater(),
                "naru-" + nodeId,
                MOST_IN_FLIGHT,
                RECONNECT_BACKOFF_MILLIS,
                RECONNECT_BACKOFF_MAX_MILLIS,
                Selectable.USE_DEFAULT_BUFFER_SIZE,
                RECEIVE_BUFFER_BYTES,
                REQUEST_TIMEOUT_MILLIS,
                CONNECT_TIMEOUT_MILLIS,
                CONNECT_TIMEOUT_MAX_MILLIS,
                Time.SYSTEM,
                true,
                new ApiVersions(),
                logContext,
                MetadataRecoveryStrategy.NONE);
    }

    @Override
    public void close() {
        NetworkLoop open;
        Thread running;
        Metrics counted;
        synchronized (this) {
            closed = true;
            open = loop;
            running = thread;
            counted = metrics;
        }
        if (open == null || running == null || counted == null) {
            return;
        }
        open.stop();
        try {
            running.join(LONGEST_CLOSE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        counted.close();
    }
}
