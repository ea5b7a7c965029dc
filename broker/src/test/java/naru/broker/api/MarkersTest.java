package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.config.TopicConfigs;
import naru.broker.coordinator.Coordinator;
import naru.broker.coordinator.CoordinatorOptions;
import naru.broker.coordinator.Effects;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.Partitions;
import naru.broker.transaction.Markers;
import naru.broker.transaction.ProducerIds;
import naru.broker.transaction.TransactionEffects;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionEffect;
import naru.coordination.transaction.TransactionSettings;
import naru.coordination.transaction.TransactionShard;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.disk.LocalDisk;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

class MarkersTest {
    @TempDir Path quorumFolder;
    @TempDir Path dataFolder;

    private final Queue<Runnable> alarms = new ArrayDeque<>();
    private final List<TransactionCommand> told = new ArrayList<>();

    private TransactionEffects effects(OneNode node, LogDirectory logs, LongSupplier clock) {
        TopicConfigs configs = new TopicConfigs(node.config::current, node.quorum::image);
        Partitions partitions =
                new Partitions(
                        node.config.current().nodeId(),
                        LogDirectories.of(logs),
                        configs,
                        (topic, index, directory) -> {});
        node.quorum.subscribe(partitions);
        Coordinator<TransactionCommand> none =
                new Coordinator<>(
                        CoordinatorOptions.ofTransactions(node.config.current()),
                        (partition, epoch) ->
                                new TransactionShard(TransactionSettings.defaults(), epoch),
                        Effects.none(),
                        node.quorum,
                        System::currentTimeMillis,
                        (delay, task) -> {});
        return new TransactionEffects(
                new Markers(new PartitionLookup(partitions, node.quorum), none, clock),
                new ProducerIds(CompletableFuture::new),
                node.quorum,
                (delay, task) -> alarms.add(task));
    }

    private final Effects.Decider<TransactionCommand> decider =
            new Effects.Decider<>() {
                @Override
                public void tell(TransactionCommand command) {
                    told.add(command);
                }

                @Override
                public boolean isHosted() {
                    return true;
                }
            };

    @Test
    void partitionThatFailsIsTriedAgainAndHoldsUpNoOther() throws Exception {
        AtomicInteger written = new AtomicInteger();
        LongSupplier failsOnce =
                () -> {
                    if (written.incrementAndGet() == 1) {
                        throw new IllegalStateException("the test's bug");
                    }
                    return 0;
                };
        try (OneNode node = new OneNode(quorumFolder, Map.of());
                LogDirectory logs =
                        LogDirectory.open(
                                LogDirectoryOptions.of(
                                                dataFolder,
                                                node.directoryId(),
                                                partition ->
                                                        new TopicConfigs(
                                                                        node.config::current,
                                                                        node.quorum::image)
                                                                .effective(partition.topic())
                                                                .log())
                                        .withBackground(false),
                                new LocalDisk(),
                                Clock.systemUTC())) {
            TransactionEffects effects = effects(node, logs, failsOnce);
            node.create("a", 1);
            node.create("b", 1);
            effects.bringAbout(
                    new TransactionEffect.WriteMarkers(
                            "id",
                            1,
                            7,
                            (short) 0,
                            Set.of(new TopicPartition("a", 0), new TopicPartition("b", 0)),
                            true,
                            0,
                            (short) 0),
                    decider);
            assertThat(written).as("both are tried").hasValue(2);
            assertThat(told).isEmpty();
            alarms.remove().run();

            assertThat(told).containsExactly(new TransactionCommand.MarkersWritten("id", 1));
        }
    }
}
