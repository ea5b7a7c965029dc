package naru.broker.enforce;

import naru.broker.config.NaruSettings;
import naru.broker.config.TopicConfig;
import naru.broker.config.TopicConfigs;
import naru.quorum.ClusterController.Caller;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Makes topics for records that are put aside: as many partitions and replicas as the source has,
 * and what is acknowledged there is as durable.
 *
 * <p>Threads: any. Many who need the same topic cause one request.
 */
final class QuarantineTopics {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int HEADERS_BYTES = 16 << 10;
    private static final String MIN_IN_SYNC = "min.insync.replicas";

    private final Quorum quorum;
    private final TopicConfigs configs;
    private final Function<String, CompletableFuture<Void>> known;
    private final Map<String, CompletableFuture<Void>> running = new ConcurrentHashMap<>();

    /**
     * @param known completes when this node knows the topic, or after a while
     */
    QuarantineTopics(
            Quorum quorum, TopicConfigs configs, Function<String, CompletableFuture<Void>> known) {
        this.quorum = quorum;
        this.configs = configs;
        this.known = known;
    }

    /** Completes when the topic is there, or with a failure that says why not. */
    CompletableFuture<Void> make(String name, ClusterImage.Topic source) {
        CompletableFuture<Void> fresh = new CompletableFuture<>();
        CompletableFuture<Void> other = running.putIfAbsent(name, fresh);
        if (other != null) {
            return other;
        }
        var _ =
                asked(creation(name, source))
                        .thenCompose(answer -> {
                            refuseIfFailed(answer);
                            return known.apply(name);
                        })
                        .whenComplete((nothing, failure) -> {
                            running.remove(name);
                            if (failure == null) {
                                fresh.complete(null);
                            } else {
                                fresh.completeExceptionally(failure);
                            }
                        });
        return fresh;
    }

    private CompletableFuture<CreateTopicsResponseData> asked(CreateTopicsRequestData request) {
        Caller caller =
                new Caller(
                        KafkaPrincipal.ANONYMOUS,
                        "naru-quarantine",
                        ApiKeys.CREATE_TOPICS.latestVersion(),
                        TIMEOUT_MILLIS);
        try {
            return quorum.controller().createTopics(caller, request);
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private static void refuseIfFailed(CreateTopicsResponseData answer) {
        for (CreatableTopicResult result : answer.topics()) {
            Errors error = Errors.forCode(result.errorCode());
            if (error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS) {
                throw error.exception(result.errorMessage());
            }
        }
    }

    private CreateTopicsRequestData creation(String name, ClusterImage.Topic source) {
        TopicConfig config = configs.effective(source.name());
        ClusterImage.PartitionState first = source.partition(0);
        short replicas = (short) (first == null ? -1 : first.replicas().size());
        CreatableTopic topic =
                new CreatableTopic()
                        .setName(name)
                        .setNumPartitions(source.partitionCount())
                        .setReplicationFactor(replicas);
        int most = config.log().maxMessageBytes();
        set(topic, "cleanup.policy", "delete");
        set(topic, NaruSettings.VALIDATION, "off");
        set(topic, "max.message.bytes", Integer.toString(Math.max(most, most + HEADERS_BYTES)));
        set(topic, MIN_IN_SYNC, Integer.toString(config.minInSyncReplicas()));
        set(topic, NaruSettings.ACK, text(config.values().get(NaruSettings.ACK)));
        CreateTopicsRequestData request =
                new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MILLIS);
        request.topics().add(topic);
        return request;
    }

    private static String text(@Nullable Object value) {
        return value == null ? "page-cache" : value.toString();
    }

    private static void set(CreatableTopic topic, String key, String value) {
        topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value));
    }
}
