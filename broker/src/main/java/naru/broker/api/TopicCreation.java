package naru.broker.api;

import naru.broker.config.InternalTopics;
import naru.broker.config.NodeConfig;
import naru.quorum.ClusterController.Caller;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Makes topics that somebody asks for and nobody made: Kafka's own, and, where that is permitted,
 * any. Many who ask for the same name at once cause one request to the controller.
 *
 * <p>Threads: any.
 */
public final class TopicCreation {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int MOST_AT_ONCE = 1000;

    private final Quorum quorum;
    private final ImageWait images;
    private final Supplier<NodeConfig> node;
    private final Map<String, CompletableFuture<Errors>> running = new ConcurrentHashMap<>();

    public TopicCreation(Quorum quorum, ImageWait images, Supplier<NodeConfig> node) {
        this.quorum = quorum;
        this.images = images;
        this.node = node;
    }

    /**
     * Makes the topics; completes, never with a failure, when this node knows them, or with the
     * error of each that could not be made.
     */
    public CompletableFuture<Map<String, Errors>> create(Caller caller, Set<String> names) {
        Map<String, CompletableFuture<Errors>> outcomes = new HashMap<>();
        Set<String> mine = new HashSet<>();
        for (String name : names) {
            if (running.size() >= MOST_AT_ONCE) {
                outcomes.put(name, CompletableFuture.completedFuture(Errors.LEADER_NOT_AVAILABLE));
                continue;
            }
            CompletableFuture<Errors> fresh = new CompletableFuture<>();
            CompletableFuture<Errors> other = running.putIfAbsent(name, fresh);
            outcomes.put(name, other == null ? fresh : other);
            if (other == null) {
                mine.add(name);
            }
        }
        if (!mine.isEmpty()) {
            ask(caller, mine, outcomes);
        }
        return CompletableFuture.allOf(outcomes.values().toArray(CompletableFuture[]::new))
                .thenApply(nothing -> {
                    Map<String, Errors> errors = new HashMap<>();
                    outcomes.forEach((name, outcome) -> errors.put(name, outcome.join()));
                    return errors;
                });
    }

    private void ask(
            Caller caller, Set<String> names, Map<String, CompletableFuture<Errors>> outcomes) {
        ClusterImage image = quorum.image();
        int brokers = InternalTopics.takers(image);
        CreateTopicsRequestData request =
                new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MILLIS);
        for (String name : names) {
            request.topics().add(InternalTopics.creatable(name, node.get(), brokers));
        }
        Caller asNewest =
                new Caller(
                        caller.principal(),
                        caller.clientId(),
                        CreateTopicsRequestData.HIGHEST_SUPPORTED_VERSION,
                        TIMEOUT_MILLIS,
                        caller.clientAddress(),
                        caller.partitionChanges());
        asked(asNewest, request)
                .handle((response, failure) -> errors(names, response, failure))
                .thenCompose(errors -> whenKnown(errors))
                .whenComplete((errors, failure) -> {
                    for (String name : names) {
                        CompletableFuture<Errors> outcome = outcomes.get(name);
                        running.remove(name);
                        if (outcome != null) {
                            outcome.complete(
                                    errors == null
                                            ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                                            : errors.getOrDefault(
                                                    name, Errors.UNKNOWN_TOPIC_OR_PARTITION));
                        }
                    }
                });
    }

    private CompletableFuture<CreateTopicsResponseData> asked(
            Caller caller, CreateTopicsRequestData request) {
        try {
            return quorum.controller().createTopics(caller, request);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Map<String, Errors> errors(
            Set<String> names,
            @Nullable CreateTopicsResponseData response,
            @Nullable Throwable failure) {
        Map<String, Errors> errors = new HashMap<>();
        if (response == null) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            Errors error =
                    cause instanceof ApiException refusal
                            ? Errors.forException(refusal)
                            : Errors.UNKNOWN_TOPIC_OR_PARTITION;
            names.forEach(name -> errors.put(name, error));
            return errors;
        }
        for (CreatableTopicResult topic : response.topics()) {
            errors.put(topic.name(), told(Errors.forCode(topic.errorCode())));
        }
        return errors;
    }

    /** Those who never asked for a topic as such retry what they understand. */
    private static Errors told(Errors error) {
        return switch (error) {
            case TOPIC_ALREADY_EXISTS -> Errors.NONE;
            case THROTTLING_QUOTA_EXCEEDED -> Errors.LEADER_NOT_AVAILABLE;
            default -> error;
        };
    }

    private CompletableFuture<Map<String, Errors>> whenKnown(Map<String, Errors> errors) {
        List<String> made =
                errors.entrySet().stream()
                        .filter(each -> each.getValue() == Errors.NONE)
                        .map(Map.Entry::getKey)
                        .toList();
        return images.until(
                        image -> made.stream().allMatch(name -> image.topic(name) != null),
                        TIMEOUT_MILLIS)
                .thenApply(nothing -> errors);
    }
}
