package naru.broker.enforce;

import naru.broker.config.RecordPolicy;
import naru.broker.config.TopicConfigs;
import naru.broker.delivery.BatchDelivery;
import naru.broker.partition.CommitListener;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Puts bad records aside, into the partition of the same number modulo how many the other topic
 * has.
 *
 * <p>Threads: any.
 */
public final class Quarantine {
    private final Quorum quorum;
    private final TopicConfigs configs;
    private final BatchDelivery delivery;
    private final QuarantineTopics topics;
    private final InstantSource clock;

    /**
     * @param known completes when this node knows the topic, or after a while
     */
    public Quarantine(
            Quorum quorum,
            TopicConfigs configs,
            BatchDelivery delivery,
            Function<String, CompletableFuture<Void>> known,
            InstantSource clock) {
        this.quorum = quorum;
        this.configs = configs;
        this.delivery = delivery;
        this.topics = new QuarantineTopics(quorum, configs, known);
        this.clock = clock;
    }

    /** The bad records as batches, to be given to {@link #put}. */
    public List<ByteBuffer> batches(TopicPartition source, Verdict.Bad verdict, String producer) {
        return new QuarantineRecords(source, verdict, producer, clock.millis()).batches();
    }

    /**
     * Stores the batches.
     *
     * @param done told once, on any thread: all are committed; or some may not be, with an error
     *     that is retriable when trying again may help
     */
    public void put(
            TopicPartition source,
            RecordPolicy policy,
            List<ByteBuffer> batches,
            CommitListener done) {
        String name = policy.quarantineOf(source.topic());
        String refusal = refusal(name, source.topic());
        if (refusal != null) {
            done.onLost(Errors.INVALID_CONFIG, refusal);
            return;
        }
        ClusterImage.Topic topic = quorum.image().topic(name);
        if (topic != null) {
            append(topic, source, batches, done);
            return;
        }
        ClusterImage.Topic from = quorum.image().topic(source.topic());
        if (from == null) {
            done.onLost(Errors.UNKNOWN_TOPIC_OR_PARTITION, "the topic is being deleted");
            return;
        }
        var _ =
                topics.make(name, from)
                        .whenComplete((nothing, failure) -> {
                            ClusterImage.Topic made = quorum.image().topic(name);
                            if (made != null) {
                                append(made, source, batches, done);
                            } else {
                                notMade(name, failure, done);
                            }
                        });
    }

    private static void notMade(String name, @Nullable Throwable failure, CommitListener done) {
        Throwable cause =
                failure instanceof CompletionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : failure;
        Errors error = cause == null ? Errors.REQUEST_TIMED_OUT : Errors.forException(cause);
        done.onLost(
                error == Errors.UNKNOWN_SERVER_ERROR ? Errors.REQUEST_TIMED_OUT : error,
                "the topic %s cannot be made: %s"
                        .formatted(name, cause == null ? "it takes too long" : cause.getMessage()));
    }

    private void append(
            ClusterImage.Topic topic,
            TopicPartition source,
            List<ByteBuffer> batches,
            CommitListener done) {
        delivery.append(topic, source.partition() % topic.partitionCount(), batches, done);
    }

    /** Why the topic may not be used, or null when it may. */
    private @Nullable String refusal(String name, String source) {
        try {
            Topic.validate(name);
        } catch (InvalidTopicException invalid) {
            return "%s is no name for a topic; set naru.schema.quarantine.topic of %s"
                    .formatted(name, source);
        }
        if (Topic.isInternal(name) || name.equals(source)) {
            return "%s cannot take what %s puts aside".formatted(name, source);
        }
        boolean checked =
                quorum.image().topic(name) != null && configs.effective(name).records() != null;
        return checked
                ? "%s has a naru.schema.validation of its own; set it to off".formatted(name)
                : null;
    }
}
