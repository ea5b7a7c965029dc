package naru.broker.coordinator;

import naru.broker.config.InternalTopics;
import naru.quorum.ClusterController.Caller;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The internal topic of a coordinator: which partition a key has, who leads it, and its creation
 * when a coordinator is first asked for. Threads: any.
 */
final class CoordinatorTopic {
    private static final Logger LOG = LoggerFactory.getLogger("naru.coordinator");
    private static final int CREATION_TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final CoordinatorOptions options;
    private final AtomicBoolean creating = new AtomicBoolean();
    private final AtomicReference<String> complaint = new AtomicReference<>("");

    CoordinatorTopic(Quorum quorum, CoordinatorOptions options) {
        this.quorum = quorum;
        this.options = options;
    }

    ClusterImage.@Nullable Topic inImage() {
        return quorum.image().topic(options.topic());
    }

    /** As Kafka does it; the number of partitions may not change once something is stored. */
    int partitionOf(String key) {
        ClusterImage.Topic topic = inImage();
        int partitions = topic == null ? options.partitions() : topic.partitionCount();
        return Utils.abs(key.hashCode()) % partitions;
    }

    /** Asks for the topic, unless that is under way, and returns at once. */
    void create() {
        if (!creating.compareAndSet(false, true)) {
            return;
        }
        Caller caller =
                new Caller(
                        KafkaPrincipal.ANONYMOUS,
                        "naru-coordinator",
                        ApiKeys.CREATE_TOPICS.latestVersion(),
                        CREATION_TIMEOUT_MILLIS);
        try {
            var _ =
                    quorum.controller()
                            .createTopics(caller, creation())
                            .whenComplete(this::onCreated);
        } catch (RuntimeException e) {
            onCreated(null, e);
        }
    }

    private CreateTopicsRequestData creation() {
        CreatableTopicCollection topics = new CreatableTopicCollection();
        topics.add(options.creation().apply(InternalTopics.takers(quorum.image())));
        return new CreateTopicsRequestData()
                .setTopics(topics)
                .setTimeoutMs(CREATION_TIMEOUT_MILLIS);
    }

    private void onCreated(
            @Nullable CreateTopicsResponseData response, @Nullable Throwable failure) {
        creating.set(false);
        if (failure != null || response == null) {
            complain(String.valueOf(failure));
            return;
        }
        for (CreatableTopicResult result : response.topics()) {
            Errors error = Errors.forCode(result.errorCode());
            if (error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS) {
                complain(error + ", " + result.errorMessage());
            }
        }
    }

    /** Those who need it ask again and again; the log says it once. */
    private void complain(String why) {
        if (!why.equals(complaint.getAndSet(why))) {
            LOG.warn("{} could not be created: {}", options.topic(), why);
        }
    }
}
