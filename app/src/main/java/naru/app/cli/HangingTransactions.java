package naru.app.cli;

import static naru.app.cli.ClusterCommand.await;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Compares what partitions know of their producers with what coordinators know (KIP-664): a
 * transaction hangs when it is open in a partition that its coordinator does not count to it.
 */
final class HangingTransactions {
    private HangingTransactions() {}

    /** The JSON of {@code transactions find-hanging}. */
    record Hanging(
            String topic,
            int partition,
            long startOffset,
            long producerId,
            int producerEpoch,
            String silentSince,
            @Nullable String transactionalId) {}

    private record Open(TopicPartition partition, ProducerState state, long startOffset) {}

    /**
     * @param topics where to look, or null for everywhere
     */
    static List<Hanging> find(Admin admin, @Nullable List<String> topics, long silentSinceMillis) {
        List<TopicPartition> partitions =
                PartitionSelection.find(
                        admin,
                        topics != null
                                ? topics
                                : List.copyOf(new TreeSet<>(await(admin.listTopics().names()))));
        List<Open> open = new ArrayList<>();
        var producers = admin.describeProducers(partitions);
        for (TopicPartition partition : partitions) {
            for (ProducerState state :
                    await(producers.partitionResult(partition)).activeProducers()) {
                state.currentTransactionStartOffset()
                        .ifPresent(offset -> {
                            if (state.lastTimestamp() < silentSinceMillis) {
                                open.add(new Open(partition, state, offset));
                            }
                        });
            }
        }
        return open.isEmpty() ? List.of() : withoutCoordinator(admin, open);
    }

    private static List<Hanging> withoutCoordinator(Admin admin, List<Open> open) {
        Set<Long> ids =
                open.stream().map(one -> one.state().producerId()).collect(Collectors.toSet());
        Map<Long, String> names = new HashMap<>();
        for (TransactionListing listing :
                await(
                        admin.listTransactions(new ListTransactionsOptions().filterProducerIds(ids))
                                .all())) {
            names.put(listing.producerId(), listing.transactionalId());
        }
        Map<String, TransactionDescription> known =
                names.isEmpty()
                        ? Map.of()
                        : await(admin.describeTransactions(names.values()).all());
        List<Hanging> hanging = new ArrayList<>();
        for (Open one : open) {
            String name = names.get(one.state().producerId());
            TransactionDescription description = name == null ? null : known.get(name);
            boolean counted =
                    description != null && description.topicPartitions().contains(one.partition());
            if (!counted) {
                hanging.add(
                        new Hanging(
                                one.partition().topic(),
                                one.partition().partition(),
                                one.startOffset(),
                                one.state().producerId(),
                                one.state().producerEpoch(),
                                Instant.ofEpochMilli(one.state().lastTimestamp()).toString(),
                                name));
            }
        }
        return hanging;
    }
}
