package naru.broker.share;

import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.broker.delivery.BatchDelivery;
import naru.broker.partition.CommitListener;
import naru.broker.partition.Partition;
import naru.broker.share.SharePartition.DeadLetters;
import naru.coordination.share.ShareKey;
import naru.log.PartitionLog;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Copies records that a share group has given up to its dead-letter topic (KIP-1191). The record
 * for partition P of the source goes to partition P modulo the number of partitions there.
 *
 * <p>A topic that may not be used is named in the log, once for each group, and its records are
 * given up without a copy. Threads: any.
 */
final class DeadLetterTopic {
    /** Records that are copied at a time. */
    static final int MOST_RECORDS = 500;

    static final String PREFIX = "errors.deadletterqueue.topic.name.prefix";
    static final String TOPIC_ENABLE = "errors.deadletterqueue.group.enable";
    private static final int MOST_COMPLAINTS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger("naru.share");

    private final ShareSettings settings;
    private final Supplier<NodeConfig> node;
    private final Supplier<ClusterImage> image;
    private final TopicConfigs topics;
    private final BatchDelivery delivery;
    private final LongSupplier clock;
    private final Set<String> complained = ConcurrentHashMap.newKeySet();

    DeadLetterTopic(
            ShareSettings settings,
            Supplier<NodeConfig> node,
            Supplier<ClusterImage> image,
            TopicConfigs topics,
            BatchDelivery delivery,
            LongSupplier clock) {
        this.settings = settings;
        this.node = node;
        this.image = image;
        this.topics = topics;
        this.delivery = delivery;
        this.clock = clock;
    }

    /**
     * Copies the records.
     *
     * @param copied told whether they may be archived: they stand in the topic, or never can;
     *     called once, on any thread
     */
    void copy(
            ShareKey key,
            Partition source,
            PartitionLog log,
            DeadLetters letters,
            Consumer<Boolean> copied) {
        String name = settings.deadLetterTopic(key.groupId());
        if (name == null) {
            copied.accept(true);
            return;
        }
        String refusal = refusal(name);
        if (refusal != null) {
            complain(key.groupId(), name, refusal);
            copied.accept(true);
            return;
        }
        ClusterImage.Topic topic = image.get().topic(name);
        if (topic == null) {
            copied.accept(false);
            return;
        }
        delivery.append(
                topic,
                key.partition() % topic.partitionCount(),
                batches(key, source, log, letters, name),
                new CommitListener() {
                    @Override
                    public void onCommitted() {
                        copied.accept(true);
                    }

                    @Override
                    public void onLost(Errors error, String message) {
                        LOG.warn("dead letters of {} wait: {} takes none: {}", key, name, message);
                        copied.accept(false);
                    }
                });
    }

    private List<ByteBuffer> batches(
            ShareKey key, Partition source, PartitionLog log, DeadLetters letters, String topic) {
        DeadLetterRecords records =
                new DeadLetterRecords(
                        key.groupId(),
                        source.topicPartition(),
                        letters,
                        topics.effective(topic).log().maxMessageBytes());
        if (settings.copiesRecord(key.groupId())) {
            records.readFrom(log);
        }
        return records.batches(clock.getAsLong());
    }

    /** Why the topic may not be used, or null when it may. */
    private @Nullable String refusal(String name) {
        String prefix = String.valueOf(node.get().text(PREFIX));
        if (!name.startsWith(prefix)) {
            return "its name does not begin with \"" + prefix + "\" (" + PREFIX + ")";
        }
        if (name.startsWith("__")) {
            return "it is an internal topic";
        }
        if (image.get().topic(name) == null) {
            return "it does not exist; create it with " + TOPIC_ENABLE + "=true";
        }
        Object enabled = topics.effective(name).values().get(TOPIC_ENABLE);
        return Boolean.TRUE.equals(enabled) ? null : TOPIC_ENABLE + " of the topic is not true";
    }

    private void complain(String groupId, String name, String refusal) {
        if (complained.size() < MOST_COMPLAINTS
                && complained.add(groupId + "\n" + name + "\n" + refusal)) {
            LOG.warn(
                    "share group {} cannot use {} as its dead-letter topic, and records it gives up"
                            + " are not copied: {}",
                    groupId,
                    name,
                    refusal);
        }
    }
}
