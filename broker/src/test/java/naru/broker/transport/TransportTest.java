package naru.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class TransportTest {
    private static final TransportOptions OPTIONS =
            new TransportOptions(2, 1 << 20, 4 << 20, 600_000, -1, -1, 50);

    @TempDir Path folder;

    private final ConnectionLimits limits = new ConnectionLimits();
    private final BlockingQueue<Request> held = new LinkedBlockingQueue<>();
    private final ApiTable apis = new ApiTable();
    private Transport transport;
    private int port;

    @BeforeEach
    void start() throws IOException {
        apis.serve(ApiKeys.HEARTBEAT, TransportTest::echoGeneration);
        apis.serve(ApiKeys.SYNC_GROUP, held::add);
        start(OPTIONS);
    }

    private void start(TransportOptions options) throws IOException {
        transport = new Transport(options, limits);
        port =
                transport
                        .bind(
                                new ListenerOptions(
                                        "PLAINTEXT",
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                        apis))
                        .getPort();
        transport.start();
    }

    @AfterEach
    void stop() {
        transport.close();
    }

    /** Answers with the generation as throttle time, so that a client sees its own request. */
    private static void echoGeneration(Request request) {
        HeartbeatRequestData body = (HeartbeatRequestData) request.body();
        request.reply(new HeartbeatResponseData().setThrottleTimeMs(body.generationId()));
    }

    private static final short VERSION = 4;

    private static byte[] frame(ApiKeys api, short version, int correlation, ApiMessage body) {
        RequestHeader header = new RequestHeader(api, version, "test", correlation);
        ByteBuffer head =
                MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()).buffer();
        ByteBuffer tail = MessageUtil.toByteBufferAccessor(body, version).buffer();
        ByteBuffer whole = ByteBuffer.allocate(4 + head.remaining() + tail.remaining());
        whole.putInt(head.remaining() + tail.remaining()).put(head).put(tail);
        return whole.array();
    }

    private static byte[] heartbeat(int number) {
        return frame(
                ApiKeys.HEARTBEAT,
                VERSION,
                number,
                new HeartbeatRequestData()
                        .setGroupId("g")
                        .setMemberId("m")
                        .setGenerationId(number));
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static int readHeartbeat(DataInputStream in) throws IOException {
        byte[] reply = new byte[in.readInt()];
        in.readFully(reply);
        ByteBuffer buffer = ByteBuffer.wrap(reply);
        int correlation = buffer.getInt();
        buffer.get();
        HeartbeatResponseData data = new HeartbeatResponseData();
        data.read(new ByteBufferAccessor(buffer), VERSION);
        assertThat(data.throttleTimeMs()).isEqualTo(correlation);
        return correlation;
    }

    private static boolean ended(DataInputStream in) {
        try {
            in.readByte();
            return false;
        } catch (EOFException | SocketException e) {
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void answersPipelinedRequestsInTheirOrderHoweverTheBytesAreCut() throws Exception {
        Random random = new Random(7);
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        int count = 5_000;
        for (int i = 0; i < count; i++) {
            all.put(heartbeat(i));
        }
        all.flip();
        try (Socket socket = connect()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Thread writer =
                    Thread.startVirtualThread(() -> {
                        try {
                            while (all.hasRemaining()) {
                                byte[] part =
                                        new byte
                                                [Math.min(
                                                        all.remaining(),
                                                        1 + random.nextInt(3_000))];
                                all.get(part);
                                socket.getOutputStream().write(part);
                            }
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
            for (int i = 0; i < count; i++) {
                assertThat(readHeartbeat(in)).isEqualTo(i);
            }
            writer.join();
        }
        awaitNoFrameMemory();
    }

    /** A loop notices the end of a connection a moment after its client. */
    private void awaitNoFrameMemory() throws InterruptedException {
        for (int i = 0; i < 1_000 && transport.frameMemoryBytes() > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(transport.frameMemoryBytes()).isZero();
    }

    @Test
    void takesTheNextRequestOnlyWhenTheOneInHandIsAnswered() throws Exception {
        try (Socket socket = connect()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream()
                    .write(frame(ApiKeys.SYNC_GROUP, (short) 3, 1, new SyncGroupRequestData()));
            socket.getOutputStream().write(heartbeat(2));
            Request first = held.take();
            first.reply(Errors.UNKNOWN_MEMBER_ID, "who are you");
            byte[] reply = new byte[in.readInt()];
            in.readFully(reply);
            assertThat(ByteBuffer.wrap(reply).getInt()).isEqualTo(1);
            assertThat(readHeartbeat(in)).isEqualTo(2);
        }
    }

    @Test
    void endsAConnectionThatAnnouncesTooMuchOrNonsense() throws Exception {
        for (int length : new int[] {Integer.MAX_VALUE, -1, 0, 3, (1 << 20) + 1}) {
            try (Socket socket = connect()) {
                new DataOutputStream(socket.getOutputStream()).writeInt(length);
                assertThat(ended(new DataInputStream(socket.getInputStream())))
                        .as("length %d", length)
                        .isTrue();
            }
        }
    }

    @Test
    void endsAConnectionThatAsksForWhatIsNotServed() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(frame(ApiKeys.FETCH, (short) 12, 1, new FetchRequestData()));
            assertThat(ended(new DataInputStream(socket.getInputStream()))).isTrue();
        }
    }

    @Test
    void anAnnouncedLengthReservesNothingBeforeItsBytesArrive() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                Socket socket = connect();
                sockets.add(socket);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.writeInt(1 << 20);
                out.write(new byte[10]);
            }
            try (Socket socket = connect()) {
                socket.getOutputStream().write(heartbeat(9));
                assertThat(readHeartbeat(new DataInputStream(socket.getInputStream())))
                        .isEqualTo(9);
            }
            assertThat(transport.frameMemoryBytes()).isLessThan(50 * 2048);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void servesSmallRequestsWhileIncompleteFramesHoldAllTheMemory() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                Socket socket = connect();
                sockets.add(socket);
                socket.setSoTimeout(10_000);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.writeInt(1 << 20);
                Thread.startVirtualThread(() -> {
                    try {
                        out.write(new byte[(1 << 20) - 1]);
                    } catch (IOException expectedWhenClosed) {
                        assertThat(expectedWhenClosed).isNotNull();
                    }
                });
            }
            for (int i = 0; i < 100; i++) {
                try (Socket socket = connect()) {
                    socket.getOutputStream().write(heartbeat(i));
                    assertThat(readHeartbeat(new DataInputStream(socket.getInputStream())))
                            .isEqualTo(i);
                }
            }
            assertThat(transport.frameMemoryBytes()).isLessThanOrEqualTo(4 << 20);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void sendsFileRegionsSmallAndLargeInTheirPlace() throws Exception {
        transport.close();
        byte[] content = new byte[3 << 20];
        new Random(3).nextBytes(content);
        Path file = Files.write(folder.resolve("segment"), content);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            apis.serve(
                    ApiKeys.FETCH,
                    request -> {
                        FetchResponseData response = new FetchResponseData();
                        var topic = new FetchResponseData.FetchableTopicResponse().setTopic("t");
                        int[] sizes = {100, 1 << 20, 5, 200_000, 40_000, 1 << 20};
                        int at = 0;
                        for (int size : sizes) {
                            topic.partitions()
                                    .add(
                                            new FetchResponseData.PartitionData()
                                                    .setRecords(new FileRegion(channel, at, size)));
                            at += size;
                        }
                        response.responses().add(topic);
                        request.reply(response);
                    });
            start(OPTIONS);
            try (Socket socket = connect()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                for (int round = 0; round < 3; round++) {
                    socket.getOutputStream()
                            .write(frame(ApiKeys.FETCH, (short) 12, round, new FetchRequestData()));
                    byte[] reply = new byte[in.readInt()];
                    in.readFully(reply);
                    ByteBuffer buffer = ByteBuffer.wrap(reply);
                    assertThat(buffer.getInt()).isEqualTo(round);
                    buffer.get();
                    FetchResponseData data = new FetchResponseData();
                    data.read(new ByteBufferAccessor(buffer), (short) 12);
                    int at = 0;
                    for (var partition : data.responses().getFirst().partitions()) {
                        ByteBuffer records = ((MemoryRecords) partition.records()).buffer();
                        ByteBuffer expected =
                                ByteBuffer.wrap(content, at, records.remaining()).slice();
                        assertThat(records.mismatch(expected)).isEqualTo(-1);
                        at += records.remaining();
                    }
                }
            }
        }
    }

    @Test
    void oneAddressMayHaveSoManyConnectionsAndNoMore() throws Exception {
        limits.set(new ConnectionLimits.Limits(Integer.MAX_VALUE, 2, Map.of()));
        try (Socket first = connect();
                Socket second = connect()) {
            for (Socket socket : List.of(first, second)) {
                socket.getOutputStream().write(heartbeat(1));
                readHeartbeat(new DataInputStream(socket.getInputStream()));
            }
            try (Socket third = connect()) {
                assertThat(ended(new DataInputStream(third.getInputStream()))).isTrue();
            }
        }
    }

    @Test
    void anIdleConnectionIsEndedAndAWaitingOneIsNot() throws Exception {
        transport.close();
        start(new TransportOptions(1, 1 << 20, 4 << 20, 200, -1, -1, 50));
        try (Socket idle = connect();
                Socket waiting = connect()) {
            waiting.getOutputStream()
                    .write(frame(ApiKeys.SYNC_GROUP, (short) 3, 1, new SyncGroupRequestData()));
            assertThat(ended(new DataInputStream(idle.getInputStream()))).isTrue();
            Request request = held.poll(10, TimeUnit.SECONDS);
            assertThat(request).isNotNull();
            request.reply(Errors.UNKNOWN_MEMBER_ID, "who are you");
            assertThat(new DataInputStream(waiting.getInputStream()).readInt()).isPositive();
        }
    }

    @Test
    void answersAnUnknownVersionOfApiVersionsInVersionZero() throws Exception {
        transport.close();
        apis.serve(
                ApiKeys.API_VERSIONS,
                request ->
                        request.reply(
                                new ApiVersionsResponseData()
                                        .setErrorCode(Errors.UNSUPPORTED_VERSION.code())));
        start(OPTIONS);
        try (Socket socket = connect()) {
            byte[] bytes = frame(ApiKeys.API_VERSIONS, (short) 3, 5, new ApiVersionsRequestData());
            ByteBuffer.wrap(bytes).putShort(6, (short) 77);
            socket.getOutputStream().write(bytes);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(in.readInt()).isEqualTo(4 + 2 + 4);
            assertThat(in.readInt()).isEqualTo(5);
            assertThat(in.readShort()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
        }
    }

    @Test
    void aHandlerThatThrowsIsAnsweredWithAnErrorAndTheConnectionGoesOn() throws Exception {
        transport.close();
        apis.serve(
                ApiKeys.LEAVE_GROUP,
                request -> {
                    throw new IllegalStateException("a bug for the test");
                });
        start(OPTIONS);
        try (Socket socket = connect()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream()
                    .write(frame(ApiKeys.LEAVE_GROUP, (short) 2, 1, new LeaveGroupRequestData()));
            byte[] reply = new byte[in.readInt()];
            in.readFully(reply);
            socket.getOutputStream().write(heartbeat(2));
            assertThat(readHeartbeat(in)).isEqualTo(2);
        }
    }
}
