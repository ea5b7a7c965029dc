package naru.simulation.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.partition.Partition;
import naru.broker.transport.RequestHandler;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.quorum.ClusterImage.PartitionState;
import naru.simulation.check.Violation;
import naru.simulation.node.SimulatedNode;
import naru.simulation.node.Wiring;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Mistakes planted between the parts of a cluster are caught. */
class ClusterBugsTest {
    private static final int MOST_SEEDS = 60;

    @ParameterizedTest(name = "{0}")
    @MethodSource("plants")
    void plantedBugIsCaught(String name) {
        assertThat(seedsUntilCaught(plant(name)))
                .as("seeds until it is caught that %s", name)
                .isLessThanOrEqualTo(MOST_SEEDS);
    }

    /** What is the planted bug's story without the bug. */
    @Test
    void brokerThatTellsOfItsPowerCutIsNotElectedWithoutItsRecords() {
        ClusterHistory.run(0, new LosesPower(false));
    }

    private static int seedsUntilCaught(Plant plant) {
        for (int seed = 0; seed < MOST_SEEDS; seed++) {
            try {
                ClusterHistory.run(seed, plant);
            } catch (Violation caught) {
                assertThat(caught).hasCauseInstanceOf(Violation.class);
                return seed + 1;
            }
        }
        return MOST_SEEDS + 1;
    }

    private static final Map<String, Plant> PLANTS = new LinkedHashMap<>();

    static {
        PLANTS.put("followers cut to the high watermark", new CutsToHighWatermark());
        PLANTS.put("fetches name no epoch", new SaysNoEpoch());
        PLANTS.put("followers promise what they have not", new PromisesTooMuch());
        PLANTS.put("a former leader leads on", new LeadsOn());
        PLANTS.put("records are acknowledged before enough have them", new AcknowledgesEarly());
        PLANTS.put("markers are acknowledged and not written", new ForgetsMarkers());
        PLANTS.put("a broker without power says that it stopped cleanly", new LosesPower(true));
    }

    static Stream<String> plants() {
        return PLANTS.keySet().stream();
    }

    static Plant plant(String name) {
        Plant plant = PLANTS.get(name);
        if (plant == null) {
            throw new IllegalArgumentException(name);
        }
        return plant;
    }

    private static void forEachFetched(
            ApiMessage request,
            java.util.function.Consumer<FetchRequestData.FetchPartition> change) {
        if (request instanceof FetchRequestData fetch) {
            fetch.topics().forEach(topic -> topic.partitions().forEach(change));
        }
    }

    private static List<Partition> partitionsOf(Machine machine) {
        SimulatedNode node = machine.node();
        return node == null ? List.of() : List.copyOf(node.partitions().all());
    }

    /** As Kafka did before KIP-101. */
    private static final class CutsToHighWatermark implements Plant {
        @Override
        public void beforeMetadata(Machine machine, ModelImage image) {
            for (Partition partition : partitionsOf(machine)) {
                PartitionLog log = partition.log();
                TopicPartition name = partition.topicPartition();
                PartitionState before = machine.membership().image().state(name);
                PartitionState next = image.state(name);
                if (log != null
                        && next.leader() != machine.id()
                        && next.leaderEpoch() != before.leaderEpoch()) {
                    cut(log);
                }
            }
        }
    }

    private static void cut(PartitionLog log) {
        try {
            log.truncateTo(log.highWatermark());
        } catch (LogStorageException refusal) {
            // The disk refuses; the planted bug is not in that.
        }
    }

    private static final class SaysNoEpoch implements Plant {
        @Override
        public void beforeFetch(ApiMessage request) {
            forEachFetched(
                    request,
                    partition -> partition.setCurrentLeaderEpoch(-1).setLastFetchedEpoch(-1));
        }
    }

    private static final class PromisesTooMuch implements Plant {
        @Override
        public void beforeFetch(ApiMessage request) {
            forEachFetched(
                    request, partition -> partition.setFetchOffset(partition.fetchOffset() + 1));
        }
    }

    /** Broker 1 takes each new epoch of what it led for its own. */
    private static final class LeadsOn implements Plant {
        @Override
        public ModelImage heard(Machine machine, ModelImage image) {
            ModelImage changed = image;
            if (machine.id() == 1) {
                for (Partition partition : partitionsOf(machine)) {
                    TopicPartition name = partition.topicPartition();
                    PartitionState state = image.state(name);
                    if (partition.ledLog() != null && state.leader() != 1) {
                        changed = changed.with(name, ledBy(1, state));
                    }
                }
            }
            return changed;
        }
    }

    private static PartitionState ledBy(int broker, PartitionState state) {
        return new PartitionState(
                state.replicas(),
                state.inSyncReplicas(),
                state.eligibleLeaderReplicas(),
                state.lastKnownEligibleLeaderReplicas(),
                state.directories(),
                broker,
                state.leaderEpoch(),
                state.partitionEpoch(),
                List.of(),
                List.of());
    }

    private static final class AcknowledgesEarly implements Plant {
        @Override
        public ModelImage heard(Machine machine, ModelImage image) {
            return image.withSetting("min.insync.replicas", "1");
        }
    }

    /**
     * Broker 1 loses its power as one of two that are in sync, and is back when the last is fenced
     * that has what it lost.
     */
    private static final class LosesPower implements Plant {
        private final boolean lies;
        private final Map<Integer, Long> epochs = new HashMap<>();

        LosesPower(boolean lies) {
            this.lies = lies;
        }

        @Override
        public boolean direct(ClusterChaos chaos) {
            epochs.clear();
            chaos.holdUp(2, 1_500, 5_000);
            chaos.losePower(1, 2_200, 1_800);
            chaos.holdUp(3, 3_600, 2_500);
            return true;
        }

        @Override
        public void turn(Machine machine) {
            epochs.put(machine.id(), machine.membership().brokerEpoch());
        }

        @Override
        public long epochBefore(Machine machine, long told) {
            return lies ? epochs.getOrDefault(machine.id(), told) : told;
        }
    }

    /** Who is asked by another broker to write markers says that they stand. */
    private static final class ForgetsMarkers implements Plant {
        @Override
        public Wiring wiring() {
            return new Wiring() {
                @Override
                public RequestHandler handler(ApiKeys api, RequestHandler straight) {
                    return api == ApiKeys.WRITE_TXN_MARKERS
                            ? request ->
                                    request.reply(told((WriteTxnMarkersRequestData) request.body()))
                            : straight;
                }
            };
        }

        private static WriteTxnMarkersResponseData told(WriteTxnMarkersRequestData asked) {
            WriteTxnMarkersResponseData response = new WriteTxnMarkersResponseData();
            asked.markers()
                    .forEach(marker -> {
                        WritableTxnMarkerResult result =
                                new WritableTxnMarkerResult().setProducerId(marker.producerId());
                        marker.topics()
                                .forEach(topic -> {
                                    List<WritableTxnMarkerPartitionResult> partitions =
                                            topic.partitionIndexes().stream()
                                                    .map(index ->
                                                            new WritableTxnMarkerPartitionResult()
                                                                    .setPartitionIndex(index))
                                                    .toList();
                                    result.topics()
                                            .add(
                                                    new WritableTxnMarkerTopicResult()
                                                            .setName(topic.name())
                                                            .setPartitions(partitions));
                                });
                        response.markers().add(result);
                    });
            return response;
        }
    }
}
