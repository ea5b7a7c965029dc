package naru.broker.api;

import naru.coordination.group.streams.InternalTopics;
import naru.quorum.ClusterController.Caller;
import naru.quorum.Quorum;

import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the repartition and changelog topics that streams groups ask for, and knows why some could
 * not be made, so that members can be told.
 *
 * <p>Threads: any.
 */
public final class ApplicationTopics {
    private static final int TIMEOUT_MILLIS = 10_000;

    /** Of how many groups it is remembered why their topics could not be made. */
    private static final int FAILURES = 1_000;

    private final Quorum quorum;
    private final Map<String, String> failures = new ConcurrentHashMap<>();

    public ApplicationTopics(Quorum quorum) {
        this.quorum = quorum;
    }

    public void create(InternalTopics needed) {
        CreateTopicsRequestData request =
                new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MILLIS);
        needed.topics().forEach(topic -> request.topics().add(topic.duplicate()));
        Caller caller =
                new Caller(
                        KafkaPrincipal.ANONYMOUS,
                        "",
                        CreateTopicsRequestData.HIGHEST_SUPPORTED_VERSION,
                        TIMEOUT_MILLIS);
        quorum.controller()
                .createTopics(caller, request)
                .whenComplete((response, failure) ->
                        remember(
                                needed.groupId(),
                                response == null ? failed(failure) : failed(response)));
    }

    private void remember(String groupId, String failure) {
        if (failure.isEmpty()) {
            failures.remove(groupId);
        } else if (failures.size() < FAILURES || failures.containsKey(groupId)) {
            failures.put(groupId, failure);
        }
    }

    private static String failed(@Nullable Throwable failure) {
        return failure == null ? "" : String.valueOf(failure.getMessage());
    }

    private static String failed(CreateTopicsResponseData response) {
        StringBuilder failed = new StringBuilder();
        for (CreatableTopicResult topic : response.topics()) {
            Errors error = Errors.forCode(topic.errorCode());
            if (error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS) {
                failed.append(failed.isEmpty() ? "" : ", ")
                        .append(topic.name())
                        .append(" (")
                        .append(
                                topic.errorMessage() == null
                                        ? error.message()
                                        : topic.errorMessage())
                        .append(')');
            }
        }
        return failed.toString();
    }

    /** Why the group's topics could not be made when that was last tried, or null. */
    @Nullable String failureOf(String groupId) {
        return failures.get(groupId);
    }

    /** The group has what it needs. */
    void forget(String groupId) {
        failures.remove(groupId);
    }
}
