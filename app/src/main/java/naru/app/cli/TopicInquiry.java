package naru.app.cli;

import naru.app.explain.TopicFacts;
import naru.app.explain.TopicFacts.OpenTransaction;
import naru.app.explain.TransactionFacts;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Asks a cluster about a topic and the transactions in it. */
final class TopicInquiry {
    private final Admin admin;

    /** Ids by producer id, asked for once and only when a transaction is open. */
    private @Nullable Map<Long, String> transactionalIds;

    TopicInquiry(Admin admin) {
        this.admin = admin;
    }

    TopicFacts ask(String topic) {
        TopicDescription description =
                ClusterCommand.await(
                        admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
        List<TopicPartition> ids = new ArrayList<>();
        description
                .partitions()
                .forEach(info -> ids.add(new TopicPartition(topic, info.partition())));
        Map<TopicPartition, Long> ends = TopicDetail.offsets(admin, ids, OffsetSpec.latest());
        Map<TopicPartition, Long> stableEnds = GroupInquiry.stableEnds(admin, ids);
        Map<Integer, Map<TopicPartition, Boolean>> served = served(description);
        List<TopicFacts.Partition> partitions = new ArrayList<>();
        for (TopicPartitionInfo info : description.partitions()) {
            TopicPartition id = new TopicPartition(topic, info.partition());
            @Nullable Node leader = info.leader();
            @Nullable Long end = ends.get(id);
            @Nullable Long stableEnd = stableEnds.get(id);
            boolean isHeld = end != null && stableEnd != null && stableEnd < end;
            partitions.add(
                    new TopicFacts.Partition(
                            info.partition(),
                            leader == null || leader.isEmpty() ? null : (Integer) leader.id(),
                            info.replicas().stream().map(Node::id).toList(),
                            info.isr().stream().map(Node::id).toList(),
                            end,
                            stableEnd,
                            offline(id, info.replicas(), served),
                            isHeld ? open(id) : List.of()));
        }
        return new TopicFacts(topic, partitions, configs(topic), System.currentTimeMillis());
    }

    /** By broker that answers: which partitions it serves from which of its folders. */
    private Map<Integer, Map<TopicPartition, Boolean>> served(TopicDescription topic) {
        TreeSet<Integer> brokers = new TreeSet<>();
        topic.partitions().forEach(info -> info.replicas().forEach(node -> brokers.add(node.id())));
        Map<Integer, Map<TopicPartition, Boolean>> served = new HashMap<>();
        admin.describeLogDirs(brokers)
                .descriptions()
                .forEach((broker, answer) -> {
                    @Nullable Map<String, LogDirDescription> folders =
                            ClusterCommand.awaitOrNull(answer);
                    if (folders != null) {
                        Map<TopicPartition, Boolean> here = new HashMap<>();
                        for (LogDirDescription folder : folders.values()) {
                            folder.replicaInfos()
                                    .keySet()
                                    .forEach(id -> here.put(id, folder.error() == null));
                        }
                        served.put(broker, here);
                    }
                });
        return served;
    }

    private static List<Integer> offline(
            TopicPartition id,
            Collection<Node> replicas,
            Map<Integer, Map<TopicPartition, Boolean>> served) {
        List<Integer> offline = new ArrayList<>();
        for (Node replica : replicas) {
            @Nullable Map<TopicPartition, Boolean> here = served.get(replica.id());
            if (here != null && !here.getOrDefault(id, false)) {
                offline.add(replica.id());
            }
        }
        return offline;
    }

    private Map<String, String> configs(String topic) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        var config =
                ClusterCommand.awaitOrNull(
                        admin.describeConfigs(List.of(resource)).values().get(resource));
        Map<String, String> configs = new HashMap<>();
        if (config != null) {
            for (ConfigEntry entry : config.entries()) {
                @Nullable String value = entry.value();
                if (value != null) {
                    configs.put(entry.name(), value);
                }
            }
        }
        return configs;
    }

    private List<OpenTransaction> open(TopicPartition partition) {
        var state =
                ClusterCommand.awaitOrNull(
                        admin.describeProducers(List.of(partition)).partitionResult(partition));
        List<OpenTransaction> open = new ArrayList<>();
        if (state != null) {
            for (ProducerState producer : state.activeProducers()) {
                producer.currentTransactionStartOffset()
                        .ifPresent(offset -> open.add(open(producer, offset)));
            }
        }
        open.sort(Comparator.comparingLong(OpenTransaction::firstOffset));
        return open;
    }

    private OpenTransaction open(ProducerState producer, long firstOffset) {
        @Nullable String id = transactionalIds().get(producer.producerId());
        @Nullable TransactionDescription known = id == null ? null : describe(admin, id);
        boolean isOpen =
                known != null
                        && known.producerId() == producer.producerId()
                        && known.transactionStartTimeMs().isPresent();
        return new OpenTransaction(
                producer.producerId(),
                producer.producerEpoch(),
                firstOffset,
                producer.lastTimestamp(),
                isOpen ? id : null,
                known == null ? null : known.state().toString(),
                known == null ? null : (Long) known.transactionTimeoutMs(),
                known != null && known.transactionStartTimeMs().isPresent()
                        ? (Long) known.transactionStartTimeMs().getAsLong()
                        : null);
    }

    private Map<Long, String> transactionalIds() {
        if (transactionalIds == null) {
            transactionalIds = new HashMap<>();
            @Nullable Collection<TransactionListing> listed =
                    ClusterCommand.awaitOrNull(admin.listTransactions().all());
            if (listed != null) {
                for (TransactionListing one : listed) {
                    transactionalIds.put(one.producerId(), one.transactionalId());
                }
            }
        }
        return transactionalIds;
    }

    private static @Nullable TransactionDescription describe(Admin admin, String id) {
        return ClusterCommand.awaitOrNull(admin.describeTransactions(List.of(id)).description(id));
    }

    /** Asks about one transaction by its id. */
    static TransactionFacts askTransaction(Admin admin, String id) {
        TransactionDescription found =
                ClusterCommand.await(admin.describeTransactions(List.of(id)).description(id));
        return new TransactionFacts(
                id,
                found.coordinatorId(),
                found.state().toString(),
                found.producerId(),
                found.producerEpoch(),
                found.transactionTimeoutMs(),
                found.transactionStartTimeMs().isPresent()
                        ? (Long) found.transactionStartTimeMs().getAsLong()
                        : null,
                found.topicPartitions(),
                System.currentTimeMillis());
    }
}
