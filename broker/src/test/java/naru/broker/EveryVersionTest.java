package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.broker.config.NodeConfig;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sends each request kind in each version that the node says it serves, and decodes the answers.
 */
@Timeout(120)
class EveryVersionTest {
    private static final String TOPIC = "versions";

    @TempDir Path folder;
    private Node node;
    private int port;

    @BeforeEach
    void start() throws Exception {
        node =
                Node.start(
                        NodeConfig.parse(
                                Map.of(
                                        "log.dirs", folder.toString(),
                                        "listeners", "PLAINTEXT://127.0.0.1:0",
                                        "offsets.topic.num.partitions", "1")),
                        (message, cause) -> {
                            throw new AssertionError(message, cause);
                        });
        String address = node.bootstrap().getFirst();
        port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        CreateTopicsRequestData create = new CreateTopicsRequestData().setTimeoutMs(10_000);
        create.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName(TOPIC)
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
        ask(ApiKeys.CREATE_TOPICS, (short) 5, create);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private ApiMessage ask(ApiKeys api, short version, ApiMessage body) throws IOException {
        RequestHeader header = new RequestHeader(api, version, "every-version", 7);
        ByteBuffer head =
                MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()).buffer();
        ByteBuffer tail = MessageUtil.toByteBufferAccessor(body, version).buffer();
        byte[] frame = new byte[4 + head.remaining() + tail.remaining()];
        ByteBuffer.wrap(frame).putInt(frame.length - 4).put(head).put(tail);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(frame);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] reply = new byte[in.readInt()];
            in.readFully(reply);
            ByteBuffer buffer = ByteBuffer.wrap(reply);
            assertThat(buffer.getInt()).isEqualTo(7);
            if (api.messageType.responseHeaderVersion(version) > 0) {
                assertThat(buffer.get()).as("tagged fields of the header").isZero();
            }
            ApiMessage response = api.messageType.newResponse();
            response.read(new ByteBufferAccessor(buffer), version);
            assertThat(buffer.hasRemaining()).as("%s v%d: bytes left", api, version).isFalse();
            return response;
        }
    }

    private ApiVersionsResponseData served() throws IOException {
        return (ApiVersionsResponseData)
                ask(
                        ApiKeys.API_VERSIONS,
                        (short) 3,
                        new ApiVersionsRequestData()
                                .setClientSoftwareName("test")
                                .setClientSoftwareVersion("1"));
    }

    /** The emptiest request that names something that is there, where the kind names anything. */
    private static ApiMessage request(ApiKeys api, short version) {
        return switch (api) {
            case PRODUCE -> produce(version);
            case FETCH -> fetch(version);
            case LIST_OFFSETS -> listOffsets();
            case METADATA -> new MetadataRequestData().setTopics(version == 0 ? List.of() : null);
            case OFFSET_FOR_LEADER_EPOCH -> epochs();
            case API_VERSIONS ->
                    new ApiVersionsRequestData()
                            .setClientSoftwareName("test")
                            .setClientSoftwareVersion("1");
            default -> api.messageType.newRequest();
        };
    }

    private static ApiMessage produce(short version) {
        ProduceRequestData data = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1_000);
        var topic = new ProduceRequestData.TopicProduceData();
        if (version < 13) {
            topic.setName(TOPIC);
        }
        topic.partitionData()
                .add(
                        new ProduceRequestData.PartitionProduceData()
                                .setRecords(
                                        MemoryRecords.withRecords(
                                                Compression.NONE,
                                                new SimpleRecord("value".getBytes(UTF_8)))));
        data.topicData().add(topic);
        return data;
    }

    private static ApiMessage fetch(short version) {
        FetchRequestData data = new FetchRequestData().setMaxWaitMs(0).setMaxBytes(1 << 20);
        var topic = new FetchRequestData.FetchTopic();
        if (version < 13) {
            topic.setTopic(TOPIC);
        }
        topic.partitions().add(new FetchRequestData.FetchPartition().setPartitionMaxBytes(1 << 20));
        data.topics().add(topic);
        return data;
    }

    private static ApiMessage listOffsets() {
        ListOffsetsRequestData data = new ListOffsetsRequestData().setReplicaId(-1);
        var topic = new ListOffsetsRequestData.ListOffsetsTopic().setName(TOPIC);
        for (long timestamp = -1; timestamp >= -2; timestamp--) {
            topic.partitions()
                    .add(new ListOffsetsRequestData.ListOffsetsPartition().setTimestamp(timestamp));
        }
        data.topics().add(topic);
        return data;
    }

    private static ApiMessage epochs() {
        OffsetForLeaderEpochRequestData data =
                new OffsetForLeaderEpochRequestData().setReplicaId(-2);
        var topic = new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic().setTopic(TOPIC);
        topic.partitions().add(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition());
        data.topics().add(topic);
        return data;
    }

    @Test
    void everyServedVersionIsAnsweredWithWhatDecodesInIt() throws Exception {
        List<String> asked = new ArrayList<>();
        for (ApiVersionsResponseData.ApiVersion range : served().apiKeys()) {
            ApiKeys api = ApiKeys.forId(range.apiKey());
            short from = (short) Math.max(range.minVersion(), api.oldestVersion());
            for (short version = from; version <= range.maxVersion(); version++) {
                ask(api, version, request(api, version));
                asked.add(api + " v" + version);
            }
        }
        assertThat(asked).hasSizeGreaterThan(150);
    }

    @Test
    void whatIsNotServedIsNotListed() throws Exception {
        assertThat(served().apiKeys())
                .extracting(range -> ApiKeys.forId(range.apiKey()))
                .contains(
                        ApiKeys.PRODUCE,
                        ApiKeys.SHARE_FETCH,
                        ApiKeys.STREAMS_GROUP_HEARTBEAT,
                        ApiKeys.JOIN_GROUP,
                        ApiKeys.SASL_HANDSHAKE,
                        ApiKeys.SASL_AUTHENTICATE,
                        ApiKeys.ALTER_CLIENT_QUOTAS,
                        ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                        ApiKeys.CREATE_DELEGATION_TOKEN,
                        ApiKeys.ADD_RAFT_VOTER,
                        ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS)
                .doesNotContain(ApiKeys.ALTER_PARTITION, ApiKeys.VOTE, ApiKeys.ENVELOPE);
        assertThat(served().errorCode()).isEqualTo(Errors.NONE.code());
    }
}
