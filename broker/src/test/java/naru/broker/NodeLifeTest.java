package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.config.NodeConfig;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** What a node in this process does across its loops, and that nothing of it stays when it ends. */
@Timeout(240)
class NodeLifeTest {
    private static final String TOPIC = "life";
    private static final int LONG_WAIT_MILLIS = 120_000;

    @TempDir Path folder;

    private static Node start(Path data) throws StartException {
        return Node.start(
                NodeConfig.parse(
                        Map.of(
                                "log.dirs", data.toString(),
                                "listeners", "PLAINTEXT://127.0.0.1:0",
                                "naru.loops", "3",
                                "offsets.topic.num.partitions", "2")),
                (message, cause) -> {
                    throw new AssertionError(message, cause);
                });
    }

    private static void createTopic(Peer peer) throws IOException {
        CreateTopicsRequestData create = new CreateTopicsRequestData().setTimeoutMs(10_000);
        create.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName(TOPIC)
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
        peer.ask(ApiKeys.CREATE_TOPICS, 5, 1, create);
    }

    /** Answers the offset that the record got. */
    private static long produce(Peer peer) throws IOException {
        ProduceRequestData data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        var topic = new ProduceRequestData.TopicProduceData().setName(TOPIC);
        topic.partitionData()
                .add(
                        new ProduceRequestData.PartitionProduceData()
                                .setRecords(
                                        MemoryRecords.withRecords(
                                                Compression.NONE,
                                                new SimpleRecord(new byte[100]))));
        data.topicData().add(topic);
        var reply = (ProduceResponseData) peer.ask(ApiKeys.PRODUCE, 9, 2, data);
        var partition = reply.responses().iterator().next().partitionResponses().getFirst();
        assertThat(partition.errorCode()).isZero();
        return partition.baseOffset();
    }

    private static FetchRequestData fetch(long offset) {
        FetchRequestData data =
                new FetchRequestData()
                        .setMaxWaitMs(LONG_WAIT_MILLIS)
                        .setMinBytes(1)
                        .setMaxBytes(1 << 20)
                        .setSessionEpoch(-1);
        var topic = new FetchRequestData.FetchTopic().setTopic(TOPIC);
        topic.partitions()
                .add(
                        new FetchRequestData.FetchPartition()
                                .setPartitionMaxBytes(1 << 20)
                                .setFetchOffset(offset));
        data.topics().add(topic);
        return data;
    }

    /**
     * Connections are dealt out to the loops in turn, so that the readers are on all of them and
     * the producer is on another than most. Peers wait far shorter than the fetch would.
     */
    @Test
    void aFetchThatWaitsOnOneLoopIsAnsweredWhenAnotherLoopAppends() throws Exception {
        try (Node node = start(folder);
                Peer producer = new Peer(Peer.portOf(node));
                Peer first = new Peer(Peer.portOf(node));
                Peer second = new Peer(Peer.portOf(node));
                Peer third = new Peer(Peer.portOf(node))) {
            createTopic(producer);
            List<Peer> readers = List.of(first, second, third);
            for (int round = 0; round < 300; round++) {
                for (Peer reader : readers) {
                    reader.send(ApiKeys.FETCH, 12, round, fetch(round));
                }
                assertThat(produce(producer)).isEqualTo(round);
                for (Peer reader : readers) {
                    var reply = (FetchResponseData) reader.receive(ApiKeys.FETCH, 12, round);
                    var partition = reply.responses().getFirst().partitions().getFirst();
                    assertThat(partition.errorCode()).isZero();
                    assertThat(((MemoryRecords) partition.records()).records()).hasSize(1);
                }
            }
        }
    }

    @Test
    void aFetchThatWaitsIsAnsweredWhenItsTopicIsDeletedOrMadeAnew() throws Exception {
        try (Node node = start(folder);
                Peer admin = new Peer(Peer.portOf(node));
                Peer reader = new Peer(Peer.portOf(node))) {
            for (int round = 0; round < 20; round++) {
                createTopic(admin);
                reader.send(ApiKeys.FETCH, 12, round, fetch(0));
                var delete =
                        new DeleteTopicsRequestData()
                                .setTopicNames(List.of(TOPIC))
                                .setTimeoutMs(10_000);
                admin.ask(ApiKeys.DELETE_TOPICS, 5, 3, delete);
                if (round % 2 == 0) {
                    createTopic(admin);
                    produce(admin);
                    reader.receive(ApiKeys.FETCH, 12, round);
                    admin.ask(ApiKeys.DELETE_TOPICS, 5, 3, delete);
                } else {
                    var reply = (FetchResponseData) reader.receive(ApiKeys.FETCH, 12, round);
                    assertThat(reply.responses().getFirst().partitions().getFirst().errorCode())
                            .isNotZero();
                }
            }
        }
    }

    private static void live(Path data) throws Exception {
        try (Node node = start(data);
                Peer peer = new Peer(Peer.portOf(node));
                Peer waiting = new Peer(Peer.portOf(node))) {
            createTopic(peer);
            long offset = produce(peer);
            peer.ask(ApiKeys.FETCH, 12, 4, fetch(offset));
            peer.ask(
                    ApiKeys.FIND_COORDINATOR,
                    3,
                    5,
                    new FindCoordinatorRequestData().setKey("group"));
            waiting.send(ApiKeys.FETCH, 12, 6, fetch(offset + 1));
        }
    }

    @Test
    void aNodeThatHasEndedLeavesNoThreadAndNoDescriptor() throws Exception {
        for (int warm = 0; warm < 2; warm++) {
            live(folder.resolve("warm"));
        }
        Set<String> threads = threads();
        Set<String> files = openFiles();
        for (int round = 0; round < 20; round++) {
            live(folder.resolve(round % 2 == 0 ? "same" : "new" + round));
        }
        await(() -> surplus(threads(), threads).size());
        assertThat(surplus(threads(), threads)).isEmpty();
        await(() -> Math.max(0, openFiles().size() - files.size()));
        assertThat(openFiles()).as("before: %s", files).hasSizeLessThanOrEqualTo(files.size());
    }

    /** Some threads end a moment after whoever owns them has been closed. */
    private static void await(LongSupplier left) {
        for (int i = 0; i < 1_000 && left.getAsLong() > 0; i++) {
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Live threads, but those that the JVM makes for itself and for virtual threads. */
    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(thread -> thread.threadId() + " " + thread.getName())
                .filter(name -> !name.matches("\\d+ (ForkJoinPool|VirtualThread|Common-Cleaner).*"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> surplus(Set<String> now, Set<String> before) {
        Set<String> surplus = new TreeSet<>(now);
        surplus.removeAll(before);
        return surplus;
    }

    private static Set<String> openFiles() {
        try (var entries = Files.list(Path.of("/proc/self/fd"))) {
            return entries.map(NodeLifeTest::target)
                    .filter(name -> !name.endsWith("gone"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return descriptor.getFileName() + " " + Files.readSymbolicLink(descriptor);
        } catch (IOException e) {
            return "gone";
        }
    }
}
