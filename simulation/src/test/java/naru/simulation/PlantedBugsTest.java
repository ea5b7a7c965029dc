package naru.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.coordinator.Effects;
import naru.broker.transport.RequestHandler;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionEffect.WriteMarkers;
import naru.simulation.check.Violation;
import naru.simulation.disk.Lies;
import naru.simulation.node.Intercepted;
import naru.simulation.node.Wiring;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Bugs planted on purpose, in the disk or between the parts of the node, are caught. */
class PlantedBugsTest {
    private static final int MOST_SEEDS = 40;

    @ParameterizedTest(name = "{0}")
    @MethodSource("plants")
    void plantedBugIsCaught(Plant plant) {
        int seeds = seedsUntilCaught(plant);
        assertThat(seeds).as("seeds until %s is caught", plant.name()).isLessThan(MOST_SEEDS);
    }

    static int seedsUntilCaught(Plant plant) {
        for (int seed = 0; seed < MOST_SEEDS; seed++) {
            try {
                History.run(seed, plant);
            } catch (Violation caught) {
                return seed + 1;
            }
        }
        return MOST_SEEDS;
    }

    static Stream<Plant> plants() {
        return Stream.concat(inTheDisk(), betweenTheParts());
    }

    private static Stream<Plant> inTheDisk() {
        return Stream.of(
                new Plant(
                        "records are acknowledged before they are forced",
                        Lies.NONE,
                        Wiring.STRAIGHT,
                        false),
                lying(
                        "segments are never forced",
                        new Lies() {
                            @Override
                            public boolean forceOf(String name) {
                                return name.endsWith(".log");
                            }
                        }),
                lying(
                        "folders are never forced",
                        new Lies() {
                            @Override
                            public boolean forceOfFolder(String name) {
                                return true;
                            }
                        }),
                lying(
                        "a kill takes what is not forced",
                        new Lies() {
                            @Override
                            public boolean killLosesCache() {
                                return true;
                            }
                        }),
                lying(
                        "a write is lost now and then",
                        new Lies() {
                            private int writes;

                            @Override
                            public boolean write(String name, int position, int length) {
                                return name.endsWith(".log") && ++writes % 97 == 0;
                            }
                        }),
                lying(
                        "entries of the index of aborted transactions are lost",
                        new Lies() {
                            @Override
                            public boolean write(String name, int position, int length) {
                                return name.endsWith(".txnindex") && position > 0;
                            }
                        }));
    }

    private static Stream<Plant> betweenTheParts() {
        return Stream.of(
                handling(
                        "the index of aborted transactions forgets",
                        ApiKeys.FETCH,
                        PlantedBugsTest::withoutAborted),
                handling(
                        "readers of committed records see open transactions",
                        ApiKeys.FETCH,
                        PlantedBugsTest::uncommitted),
                handling("aborts are commits", ApiKeys.END_TXN, PlantedBugsTest::committing),
                handling(
                        "offset commits are answered and forgotten",
                        ApiKeys.OFFSET_COMMIT,
                        PlantedBugsTest::olderOffset),
                handling(
                        "batches that come again are appended again",
                        ApiKeys.PRODUCE,
                        PlantedBugsTest::withoutProducer),
                handling(
                        "share deliveries are not counted",
                        ApiKeys.SHARE_FETCH,
                        PlantedBugsTest::withoutCount),
                marking("markers are told to be written and are not", false),
                marking("one partition gets no marker", true));
    }

    private static Plant lying(String name, Lies lies) {
        return new Plant(name, lies, Wiring.STRAIGHT, true);
    }

    private static Plant handling(
            String name, ApiKeys wanted, UnaryOperator<RequestHandler> changed) {
        return new Plant(
                name,
                Lies.NONE,
                new Wiring() {
                    @Override
                    public RequestHandler handler(ApiKeys api, RequestHandler straight) {
                        return api == wanted ? changed.apply(straight) : straight;
                    }
                },
                true);
    }

    private static Plant marking(String name, boolean some) {
        return new Plant(
                name,
                Lies.NONE,
                new Wiring() {
                    @Override
                    public Effects<TransactionCommand> transactionEffects(
                            Effects<TransactionCommand> straight) {
                        return (effect, decider) -> {
                            if (effect instanceof WriteMarkers write) {
                                straight.bringAbout(without(write, some), decider);
                            } else {
                                straight.bringAbout(effect, decider);
                            }
                        };
                    }
                },
                true);
    }

    private static WriteMarkers without(WriteMarkers write, boolean some) {
        Set<TopicPartition> left = new LinkedHashSet<>();
        if (some) {
            left.addAll(write.partitions());
            left.remove(Topics.LEDGER);
        }
        return new WriteMarkers(
                write.transactionalId(),
                write.round(),
                write.producerId(),
                write.producerEpoch(),
                left,
                write.commit(),
                write.coordinatorEpoch(),
                write.transactionVersion());
    }

    private static RequestHandler withoutAborted(RequestHandler straight) {
        return request ->
                straight.handle(
                        new Intercepted(
                                request,
                                response -> {
                                    for (var topic : ((FetchResponseData) response).responses()) {
                                        for (var partition : topic.partitions()) {
                                            if (partition.abortedTransactions() != null
                                                    && !partition.abortedTransactions().isEmpty()) {
                                                partition.setAbortedTransactions(
                                                        partition
                                                                .abortedTransactions()
                                                                .subList(
                                                                        1,
                                                                        partition
                                                                                .abortedTransactions()
                                                                                .size()));
                                            }
                                        }
                                    }
                                }));
    }

    private static RequestHandler uncommitted(RequestHandler straight) {
        return request -> {
            ((FetchRequestData) request.body()).setIsolationLevel((byte) 0);
            straight.handle(request);
        };
    }

    private static RequestHandler committing(RequestHandler straight) {
        return request -> {
            ((EndTxnRequestData) request.body()).setCommitted(true);
            straight.handle(request);
        };
    }

    private static RequestHandler olderOffset(RequestHandler straight) {
        return request -> {
            var partition =
                    ((OffsetCommitRequestData) request.body())
                            .topics()
                            .getFirst()
                            .partitions()
                            .getFirst();
            if (partition.committedOffset() % 5 == 0) {
                partition.setCommittedOffset(partition.committedOffset() - 1);
            }
            straight.handle(request);
        };
    }

    /** As if nobody looked at producer ids and sequence numbers. */
    private static RequestHandler withoutProducer(RequestHandler straight) {
        return request -> {
            Anonymous.make((ProduceRequestData) request.body());
            straight.handle(request);
        };
    }

    private static RequestHandler withoutCount(RequestHandler straight) {
        return request ->
                straight.handle(
                        new Intercepted(
                                request,
                                response -> {
                                    for (var topic :
                                            ((ShareFetchResponseData) response).responses()) {
                                        for (var partition : topic.partitions()) {
                                            partition
                                                    .acquiredRecords()
                                                    .forEach(each ->
                                                            each.setDeliveryCount((short) 1));
                                        }
                                    }
                                }));
    }
}
