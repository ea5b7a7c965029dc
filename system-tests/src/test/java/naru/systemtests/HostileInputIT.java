package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Whatever comes in by a socket, others are served, memory stays, and no data is harmed. */
class HostileInputIT {
    private static final long SEED = Long.getLong("naru.seed", 20_261_121L);
    private static final int CORRELATION_ID_END = 8;

    /** What docs/limits.md states: the heap, and what is not of it. */
    private static final long MOST_BYTES = (512L + 256L) << 20;

    /** Code that was compiled meanwhile, and classes that were loaded. */
    private static final long KEPT_BYTES = 100L << 20;

    private static final OwnBroker BROKER = OwnBroker.start("auto.create.topics.enable", "false");
    private static final Canary CANARY = new Canary(BROKER.clients());
    private static long bytesBefore;

    private final JavaClients clients = BROKER.clients();
    private final Random random = new Random(SEED);

    @BeforeAll
    static void writeEarlierData() {
        BROKER.clients().createTopic("earlier", 1);
        BROKER.clients().createTopic("victim", 1);
        BROKER.clients().sendNumbers("earlier", 1_000);
        bytesBefore = BROKER.process().rssBytes();
    }

    @AfterEach
    void othersAreServedAndMemoryStays() {
        assertThat(BROKER.process().isAlive()).as("seed %d", SEED).isTrue();
        CANARY.sing();
        if (Target.chosen() == Target.NARU) {
            assertThat(BROKER.process().rssBytes()).isLessThan(MOST_BYTES);
        }
    }

    @AfterAll
    static void memoryComesBackAndDataIsIntact() {
        try (BROKER;
                CANARY) {
            if (Target.chosen() == Target.NARU) {
                JavaClients.until(
                        "return of memory to " + (bytesBefore + KEPT_BYTES),
                        () -> BROKER.process().rssBytes() < bytesBefore + KEPT_BYTES);
            }
            assertThat(BROKER.clients().readAll("earlier")).hasSize(1_000).first().isEqualTo("0");
            CANARY.everySongIsHeardOnceInOrder();
        }
    }

    @Test
    void randomBytesAreRefused() {
        for (int i = 0; i < 300; i++) {
            byte[] bytes = new byte[random.nextInt(2_000) + 1];
            random.nextBytes(bytes);
            try (RawConnection connection = connect()) {
                connection.send(bytes);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, Integer.MIN_VALUE, Integer.MAX_VALUE, 104_857_601})
    void wrongLengthClosesTheConnection(int length) {
        try (RawConnection connection = connect()) {
            connection.send(ByteBuffer.allocate(8).putInt(length).putInt(42).array());
            assertThat(connection.receive()).isNull();
        }
    }

    @Test
    void announcedBytesReserveNothing() {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka's heap is exhausted by this");
        List<RawConnection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                RawConnection connection = connect();
                connections.add(connection);
                connection.send(ByteBuffer.allocate(1_004).putInt(100_000_000).array());
            }
            othersAreServedAndMemoryStays();
        } finally {
            connections.forEach(RawConnection::close);
        }
    }

    @Test
    void truncatedFramesHarmNobody() {
        ByteBuffer frame =
                RawConnection.frame(
                        ApiKeys.METADATA,
                        (short) 12,
                        RandomBody.of(ApiKeys.METADATA.messageType.requestSchemas()[12], random));
        for (int length = 0; length < frame.remaining(); length++) {
            try (RawConnection connection = connect()) {
                connection.sendFrame(frame.duplicate().limit(length));
                connection.finishSending();
            }
            try (RawConnection connection = connect()) {
                byte[] start = new byte[4 + length];
                ByteBuffer.wrap(start)
                        .putInt(frame.remaining())
                        .put(frame.duplicate().limit(length));
                connection.send(start);
            }
        }
    }

    @Test
    void unknownApisAndVersionsAreRefused() {
        for (int api : new int[] {-1, 93, 999, Short.MAX_VALUE}) {
            try (RawConnection connection = connect()) {
                connection.sendFrame(header(api, 0));
                assertThat(connection.receive()).as("api %d", api).isNull();
            }
        }
        for (int version : new int[] {-1, 99, Short.MAX_VALUE}) {
            try (RawConnection connection = connect()) {
                connection.sendFrame(header(ApiKeys.FETCH.id, version));
                assertThat(connection.receive()).as("version %d", version).isNull();
            }
        }
        try (RawConnection connection = connect()) {
            connection.sendFrame(header(ApiKeys.API_VERSIONS.id, 99));
            ByteBuffer answer = connection.receive();
            assertThat(answer).isNotNull();
            assertThat(answer.getShort(4)).isEqualTo((short) 35);
        }
    }

    /**
     * Every kind and version that the node serves, as its schema wants it, and bent: answered in
     * that version, or hung up on.
     */
    @Test
    void senselessAndMutatedRequestsOfEveryKindAreAnsweredOrEndTheConnection() {
        int answered = 0;
        for (ApiVersionsResponseData.ApiVersion served : served()) {
            ApiKeys api = ApiKeys.forId(served.apiKey());
            for (short version = oldest(served); version <= served.maxVersion(); version++) {
                for (int i = 0; i < 12; i++) {
                    ByteBuffer body =
                            RandomBody.of(api.messageType.requestSchemas()[version], random);
                    ByteBuffer frame = RawConnection.frame(api, version, body);
                    int harmless = harmless(api, version, frame, body.limit());
                    if (i > 1) {
                        mutate(frame, harmless);
                    }
                    if (isAnswered(api, version, frame)) {
                        answered++;
                    }
                }
            }
        }
        assertThat(answered).as("seed %d", SEED).isGreaterThan(300);
    }

    /** Bytes at the frame's start that stay; a fetch could ask to wait for 24 days otherwise. */
    private static int harmless(ApiKeys api, short version, ByteBuffer frame, int bodyBytes) {
        if (api != ApiKeys.FETCH) {
            return CORRELATION_ID_END;
        }
        int wait = frame.limit() - bodyBytes + (version < 15 ? Integer.BYTES : 0);
        frame.putInt(wait, 10);
        return wait + Integer.BYTES;
    }

    private static boolean isAnswered(ApiKeys api, short version, ByteBuffer frame) {
        String what = "%s v%d, seed %d".formatted(api, version, SEED);
        try (RawConnection connection = connect()) {
            connection.sendFrame(frame);
            ByteBuffer answer = connection.receive();
            if (answer == null) {
                return false;
            }
            assertThat(answer.getInt()).as(what).isEqualTo(RawConnection.CORRELATION_ID);
            if (api.messageType.responseHeaderVersion(version) > 0) {
                assertThat(answer.get()).as("header of %s", what).isZero();
            }
            api.messageType.newResponse().read(new ByteBufferAccessor(answer), version);
            assertThat(answer.hasRemaining()).as("bytes left of %s", what).isFalse();
            return true;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(what, e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, 100_000_000, 5_000_000})
    void expandingArraysAreRefused(int count) {
        for (ApiVersionsResponseData.ApiVersion served : served()) {
            ApiKeys api = ApiKeys.forId(served.apiKey());
            ByteBuffer body = ByteBuffer.allocate(2_000_000);
            while (body.remaining() > 8) {
                body.putInt(count);
            }
            try (RawConnection connection = connect()) {
                connection.sendFrame(RawConnection.frame(api, served.minVersion(), body.flip()));
                connection.finishSending();
            }
        }
    }

    @Test
    void arraysOfManySmallElementsAndTagsAreBounded() {
        for (byte filling : new byte[] {0, 1, 2}) {
            for (ApiVersionsResponseData.ApiVersion served : served()) {
                ByteBuffer body = ByteBuffer.allocate(3_000_000);
                body.putInt(0xFFFFFF7F).put((byte) 0x03);
                while (body.hasRemaining()) {
                    body.put(filling);
                }
                try (RawConnection connection = connect()) {
                    connection.sendFrame(
                            RawConnection.frame(
                                    ApiKeys.forId(served.apiKey()),
                                    served.maxVersion(),
                                    body.flip()));
                    connection.finishSending();
                }
            }
        }
    }

    @Test
    void slowDripIsAnsweredInTheEnd() {
        ByteBuffer frame =
                RawConnection.frame(ApiKeys.API_VERSIONS, (short) 0, ByteBuffer.allocate(0));
        ByteBuffer whole =
                ByteBuffer.allocate(4 + frame.remaining()).putInt(frame.remaining()).put(frame);
        try (RawConnection connection = connect()) {
            for (byte one : whole.array()) {
                assertThat(connection.send(new byte[] {one})).isTrue();
                othersAreServedAndMemoryStays();
            }
            assertThat(connection.receive()).isNotNull();
        }
    }

    @Test
    void thousandsOfIdleConnectionsCostLittle() {
        List<RawConnection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < 3_000; i++) {
                connections.add(connect());
            }
            othersAreServedAndMemoryStays();
        } finally {
            connections.forEach(RawConnection::close);
        }
    }

    @Test
    void readersThatNeverReadHoldNobodyUp() {
        clients.createTopic("large", 1);
        for (int i = 0; i < 30; i++) {
            clients.send(new ProducerRecord<>("large", "x".repeat(1_000_000)));
        }
        List<RawConnection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                RawConnection connection = connect();
                connections.add(connection);
                for (int again = 0; again < 20; again++) {
                    connection.sendFrame(
                            RawConnection.frame(
                                    ApiKeys.FETCH,
                                    (short) 12,
                                    RawConnection.body(fetch(), (short) 12)));
                }
            }
            othersAreServedAndMemoryStays();
        } finally {
            connections.forEach(RawConnection::close);
        }
    }

    private static FetchRequestData fetch() {
        var partition =
                new FetchRequestData.FetchPartition()
                        .setPartition(0)
                        .setPartitionMaxBytes(30_000_000);
        return new FetchRequestData()
                .setMaxBytes(30_000_000)
                .setMaxWaitMs(100)
                .setTopics(
                        List.of(
                                new FetchRequestData.FetchTopic()
                                        .setTopic("large")
                                        .setPartitions(List.of(partition))));
    }

    /** Produce below 3 is listed for the sake of old clients, and has no schema any more. */
    private static short oldest(ApiVersionsResponseData.ApiVersion served) {
        return (short)
                Math.max(
                        served.minVersion(),
                        ApiKeys.forId(served.apiKey()).messageType.lowestSupportedVersion());
    }

    private void mutate(ByteBuffer frame, int from) {
        for (int i = random.nextInt(6); i >= 0; i--) {
            frame.put(from + random.nextInt(frame.limit() - from), (byte) random.nextInt());
        }
    }

    private static ByteBuffer header(int api, int version) {
        return ByteBuffer.allocate(11)
                .putShort((short) api)
                .putShort((short) version)
                .putInt(7)
                .putShort((short) -1)
                .put((byte) 0)
                .flip();
    }

    private static List<ApiVersionsResponseData.ApiVersion> served() {
        try (RawConnection connection = connect()) {
            connection.sendFrame(
                    RawConnection.frame(
                            ApiKeys.API_VERSIONS,
                            (short) 0,
                            RawConnection.body(new ApiVersionsRequestData(), (short) 0)));
            ByteBuffer answer = connection.receive();
            assertThat(answer).isNotNull();
            answer.position(4);
            return List.copyOf(
                    new ApiVersionsResponseData(new ByteBufferAccessor(answer), (short) 0)
                            .apiKeys());
        }
    }

    private static RawConnection connect() {
        return new RawConnection(BROKER.process().bootstrap());
    }
}
