package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.Node;
import naru.broker.config.NodeConfig;

import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Requests of every kind and version that are well formed and make no sense otherwise, sent to a
 * node in this process: each is answered or ends its connection, and none is a bug to the node.
 */
@Timeout(300)
class EveryRequestIT {
    private static final int ROUNDS = 4;
    private static final int BOUND_MILLIS = 60_000;
    private static final int LEAST_ANSWERED = 500;
    private static final List<ApiKeys> ANSWERED_LATE =
            List.of(ApiKeys.JOIN_GROUP, ApiKeys.FETCH, ApiKeys.PRODUCE);

    @TempDir Path folder;
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Logger root = Logger.getLogger("");
    private final Handler ear =
            new Handler() {
                @Override
                public void publish(LogRecord line) {
                    if (line.getLevel().intValue() >= Level.SEVERE.intValue()) {
                        errors.add(
                                line.getLoggerName()
                                        + ": "
                                        + line.getMessage()
                                        + " "
                                        + line.getThrown());
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
    private Node node;
    private int port;
    private int answered;

    @BeforeEach
    void start() throws Exception {
        root.addHandler(ear);
        node =
                Node.start(
                        NodeConfig.parse(
                                Map.of(
                                        "log.dirs", folder.toString(),
                                        "listeners", "PLAINTEXT://127.0.0.1:0",
                                        "offsets.topic.num.partitions", "1")),
                        (message, cause) -> errors.add("fatal: " + message));
        String address = node.bootstrap().getFirst();
        port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    @AfterEach
    void stop() {
        node.close();
        root.removeHandler(ear);
    }

    private void send(ApiKeys api, short version, ByteBuffer body) throws IOException {
        ByteBuffer frame = RawConnection.frame(api, version, body);
        byte[] bytes = new byte[Integer.BYTES + frame.remaining()];
        ByteBuffer.wrap(bytes).putInt(frame.remaining()).put(frame);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWERED_LATE.contains(api) ? 200 : BOUND_MILLIS);
            socket.getOutputStream().write(bytes);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(in.readInt()).isGreaterThanOrEqualTo(Integer.BYTES);
            answered++;
        } catch (EOFException | SocketException ended) {
            assertThat(ended).isNotNull();
        } catch (SocketTimeoutException silent) {
            assertThat(ANSWERED_LATE).as("%s v%d is not answered", api, version).contains(api);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noRequestIsLeftWithoutAnswerOrFailsTheNode(long seed) throws Exception {
        Random random = new Random(seed);
        for (ApiKeys api : ApiKeys.apisForListener(ApiMessageType.ListenerType.BROKER)) {
            for (short version : api.allVersions()) {
                for (int i = 0; i < ROUNDS; i++) {
                    send(
                            api,
                            version,
                            RandomBody.of(api.messageType.requestSchemas()[version], random));
                }
            }
            assertThat(errors).as("errors in the log after %s", api).isEmpty();
        }
        assertThat(answered).isGreaterThan(LEAST_ANSWERED);
        send(
                ApiKeys.API_VERSIONS,
                (short) 0,
                RandomBody.of(ApiKeys.API_VERSIONS.messageType.requestSchemas()[0], random));
        assertThat(
                        Thread.getAllStackTraces().keySet().stream()
                                .map(Thread::getName)
                                .filter(name -> name.startsWith("naru-loop-")))
                .hasSizeGreaterThanOrEqualTo(node.config().loops());
    }
}
