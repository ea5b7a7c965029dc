package naru.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.broker.tls.TestKeys;
import naru.broker.tls.TlsKeys;

import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
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
import java.util.Random;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;

@Timeout(120)
class TlsTransportTest {
    private static final TransportOptions OPTIONS =
            new TransportOptions(2, 1 << 20, 8 << 20, 600_000, -1, -1, 50);
    private static final short VERSION = 4;

    @TempDir static Path keyFolder;
    private static TestKeys keys;

    @TempDir Path folder;

    private final ApiTable apis = new ApiTable();
    private long timeoutMillis = 60_000;
    private Transport transport;
    private int port;

    @BeforeAll
    static void makeKeys() throws IOException {
        keys = new TestKeys(keyFolder);
    }

    @BeforeEach
    void start() throws IOException {
        apis.serve(
                ApiKeys.HEARTBEAT,
                request ->
                        request.reply(
                                new HeartbeatResponseData()
                                        .setThrottleTimeMs(
                                                ((HeartbeatRequestData) request.body())
                                                        .generationId())));
        start(OPTIONS);
    }

    private void start(TransportOptions options) throws IOException {
        TlsKeys ofListener = new TlsKeys("TEST", keys.settings(keys.server(), "none"));
        ListenerSecurity security =
                new ListenerSecurity() {
                    @Override
                    public boolean isProtected() {
                        return true;
                    }

                    @Override
                    public long timeoutMillis() {
                        return timeoutMillis;
                    }

                    @Override
                    public SSLEngine newEngine(InetAddress client) {
                        return ofListener.newEngine(client);
                    }
                };
        transport = new Transport(options, new ConnectionLimits());
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        port = transport.bind(new ListenerOptions("TEST", address, apis, security)).getPort();
        transport.start();
    }

    @AfterEach
    void stop() {
        transport.close();
    }

    private static byte[] frame(ApiKeys api, short version, int correlation, ApiMessage body) {
        RequestHeader header = new RequestHeader(api, version, "test", correlation);
        ByteBuffer head =
                MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()).buffer();
        ByteBuffer tail = MessageUtil.toByteBufferAccessor(body, version).buffer();
        ByteBuffer whole = ByteBuffer.allocate(4 + head.remaining() + tail.remaining());
        whole.putInt(head.remaining() + tail.remaining()).put(head).put(tail);
        return whole.array();
    }

    private static byte[] heartbeat(int number, int paddingBytes) {
        return frame(
                ApiKeys.HEARTBEAT,
                VERSION,
                number,
                new HeartbeatRequestData()
                        .setGroupId("g".repeat(paddingBytes))
                        .setMemberId("m")
                        .setGenerationId(number));
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

    private long total(TransportStats.Total total) {
        return transport.stats().stream().mapToLong(stats -> stats.total(total)).sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void answersPipelinedRequestsHoweverLongAndHoweverTheyAreCut(String protocol) throws Exception {
        Random random = new Random(11);
        int count = 2_000;
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frames.add(heartbeat(i, 1 + (i % 97 == 0 ? 30_000 : random.nextInt(300))));
        }
        try (SSLSocket socket = keys.connect(port, protocol, false)) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Thread writer =
                    Thread.startVirtualThread(() -> {
                        try {
                            OutputStream out = socket.getOutputStream();
                            for (byte[] frame : frames) {
                                int cut = random.nextInt(frame.length);
                                out.write(frame, 0, cut);
                                out.write(frame, cut, frame.length - cut);
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
        assertThat(total(TransportStats.Total.HANDSHAKES)).isEqualTo(1);
        awaitNoFrameMemory();
    }

    private void awaitNoFrameMemory() throws InterruptedException {
        for (int i = 0; i < 1_000 && transport.frameMemoryBytes() > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(transport.frameMemoryBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void servesRecordsThatArriveByteByByte(String protocol) throws Exception {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
                TornSocket torn = new TornSocket(plain);
                SSLSocket socket =
                        (SSLSocket)
                                keys.context(false)
                                        .getSocketFactory()
                                        .createSocket(torn, "localhost", port, true)) {
            socket.setEnabledProtocols(new String[] {protocol});
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(heartbeat(i, 50));
                assertThat(readHeartbeat(in)).isEqualTo(i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sendsFileRegionsSmallAndLargeToSlowAndFastReaders(String protocol) throws Exception {
        byte[] content = new byte[6 << 20];
        new Random(3).nextBytes(content);
        Path file = Files.write(folder.resolve("segment"), content);
        transport.close();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            apis.serve(ApiKeys.FETCH, request -> request.reply(regions(channel)));
            start(OPTIONS);
            try (SSLSocket socket = keys.connect(port, protocol, false)) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                for (int round = 0; round < 3; round++) {
                    socket.getOutputStream()
                            .write(frame(ApiKeys.FETCH, (short) 12, round, new FetchRequestData()));
                }
                for (int round = 0; round < 3; round++) {
                    if (round == 1) {
                        TimeUnit.MILLISECONDS.sleep(300);
                    }
                    readRegions(in, round, content);
                }
            }
        }
    }

    private static FetchResponseData regions(FileChannel channel) {
        FetchResponseData response = new FetchResponseData();
        var topic = new FetchResponseData.FetchableTopicResponse().setTopic("t");
        int[] sizes = {100, 3 << 20, 5, 200_000, 40_000, 1 << 20};
        int at = 0;
        for (int size : sizes) {
            topic.partitions()
                    .add(
                            new FetchResponseData.PartitionData()
                                    .setRecords(new FileRegion(channel, at, size)));
            at += size;
        }
        response.responses().add(topic);
        return response;
    }

    private static void readRegions(DataInputStream in, int round, byte[] content)
            throws IOException {
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
            ByteBuffer expected = ByteBuffer.wrap(content, at, records.remaining()).slice();
            assertThat(records.mismatch(expected)).isEqualTo(-1);
            at += records.remaining();
        }
    }

    @Test
    void endsWhoSpeaksPlainOrNonsense() throws Exception {
        byte[] garbage = new byte[2_000];
        new Random(5).nextBytes(garbage);
        byte[] hugeRecord = {22, 3, 3, -1, -1, 1, 2, 3};
        for (byte[] bytes : List.of(heartbeat(1, 10), garbage, hugeRecord)) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(bytes);
                assertThat(socket.getInputStream().readAllBytes().length).isLessThan(100);
            } catch (SocketException reset) {
                assertThat(reset).isNotNull();
            }
        }
        assertStillServes();
        assertThat(total(TransportStats.Total.HANDSHAKES_FAILED)).isEqualTo(3);
    }

    private void assertStillServes() throws IOException {
        try (SSLSocket socket = keys.connect(port, "TLSv1.3", false)) {
            socket.getOutputStream().write(heartbeat(7, 10));
            assertThat(readHeartbeat(new DataInputStream(socket.getInputStream()))).isEqualTo(7);
        }
    }

    @Test
    void refusesOldProtocolsAndRenegotiation() throws Exception {
        try (SSLSocket socket = keys.connect(port, "TLSv1.2", false)) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream().write(heartbeat(1, 10));
            assertThat(readHeartbeat(in)).isEqualTo(1);
            assertThatThrownBy(
                            () -> {
                                socket.startHandshake();
                                socket.getOutputStream().write(heartbeat(2, 10));
                                in.readByte();
                            })
                    .isInstanceOf(IOException.class);
        }
        assertStillServes();
    }

    @Test
    void endsHandshakesThatTakeTooLongAndServesOthersMeanwhile() throws Exception {
        transport.close();
        timeoutMillis = 300;
        start(OPTIONS);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            for (Socket socket : silent) {
                socket.setSoTimeout(20_000);
                assertThat(socket.getInputStream().readAllBytes().length).isLessThan(100);
            }
            assertStillServes();
            assertThat(transport.strangers()).isZero();
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void answersWhoHasSaidGoodByeToItsOwnSide(String protocol) throws Exception {
        try (SSLSocket socket = keys.connect(port, protocol, false)) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream().write(heartbeat(1, 10));
            assertThat(readHeartbeat(in)).isEqualTo(1);
            socket.shutdownOutput();
            assertThat(in.read()).as("close_notify is answered with one").isEqualTo(-1);
        }
    }
}
