package naru.quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.ResultOrError;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One DeleteTopics request: topics may be named or given by id, and each once only. */
final class TopicDeletion {
    private final Controller controller;
    private final ControllerRequestContext context;
    private final Set<String> names = new HashSet<>();
    private final Set<Uuid> ids = new HashSet<>();
    private final Set<String> repeatedNames = new HashSet<>();
    private final Set<Uuid> repeatedIds = new HashSet<>();
    private final Map<Uuid, String> doomed = new HashMap<>();
    private final Set<Uuid> namedTwice = new HashSet<>();
    private final List<DeletableTopicResult> results = new ArrayList<>();

    TopicDeletion(
            Controller controller,
            ControllerRequestContext context,
            DeleteTopicsRequestData request) {
        this.controller = controller;
        this.context = context;
        request.topicNames().forEach(this::take);
        request.topics().forEach(this::take);
        names.removeAll(repeatedNames);
        ids.removeAll(repeatedIds);
        repeatedNames.forEach(name -> refuse(name, Uuid.ZERO_UUID, "Duplicate topic name."));
        repeatedIds.forEach(id -> refuse(null, id, "Duplicate topic id."));
    }

    CompletableFuture<DeleteTopicsResponseData> run() {
        return controller
                .findTopicNames(context, ids)
                .thenCompose(found -> {
                    found.forEach(this::onNameOf);
                    return controller.findTopicIds(context, names);
                })
                .thenCompose(found -> {
                    found.forEach(this::onIdOf);
                    namedTwice.forEach(doomed::remove);
                    return controller.deleteTopics(context, Set.copyOf(doomed.keySet()));
                })
                .thenApply(outcome -> {
                    outcome.forEach((id, error) -> add(doomed.get(id), id, error));
                    return new DeleteTopicsResponseData()
                            .setResponses(
                                    new DeleteTopicsResponseData.DeletableTopicResultCollection(
                                            results.iterator()));
                });
    }

    private void take(String name) {
        if (!names.add(name)) {
            repeatedNames.add(name);
        }
    }

    private void take(DeleteTopicsRequestData.DeleteTopicState topic) {
        boolean hasId = !topic.topicId().equals(Uuid.ZERO_UUID);
        if (topic.name() == null && !hasId) {
            refuse(null, Uuid.ZERO_UUID, "Neither topic name nor id were specified.");
        } else if (topic.name() != null && hasId) {
            refuse(
                    topic.name(),
                    topic.topicId(),
                    "You may not specify both topic name and topic id.");
        } else if (topic.name() != null) {
            take(topic.name());
        } else if (!ids.add(topic.topicId())) {
            repeatedIds.add(topic.topicId());
        }
    }

    private void onNameOf(Uuid id, ResultOrError<String> name) {
        if (name.isError()) {
            add(null, id, name.error());
        } else {
            doomed.put(id, name.result());
        }
    }

    private void onIdOf(String name, ResultOrError<Uuid> id) {
        if (id.isError()) {
            add(name, Uuid.ZERO_UUID, id.error());
        } else if (repeatedIds.contains(id.result()) || doomed.containsKey(id.result())) {
            namedTwice.add(id.result());
            refuse(
                    name,
                    id.result(),
                    "The provided topic name maps to an ID that was already supplied.");
        } else {
            doomed.put(id.result(), name);
        }
    }

    private void refuse(@Nullable String name, Uuid id, String reason) {
        add(name, id, new ApiError(Errors.INVALID_REQUEST, reason));
    }

    private void add(@Nullable String name, Uuid id, ApiError error) {
        results.add(
                new DeletableTopicResult()
                        .setName(name)
                        .setTopicId(id)
                        .setErrorCode(error.error().code())
                        .setErrorMessage(error.isFailure() ? error.messageWithFallback() : null));
    }
}
