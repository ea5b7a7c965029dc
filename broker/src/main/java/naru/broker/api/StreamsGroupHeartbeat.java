package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.modern.Caller;
import naru.coordination.group.streams.StreamsBeat;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Status;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;
import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.TreeSet;

/**
 * StreamsGroupHeartbeat: threads of Kafka Streams applications join, say which tasks they have and
 * learn which to have (KIP-1071).
 */
public final class StreamsGroupHeartbeat implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final GroupProtocols protocols;
    private final ApplicationTopics topics;
    private final Access access;

    StreamsGroupHeartbeat(
            Coordinator<GroupCommand> coordinator,
            GroupProtocols protocols,
            ApplicationTopics topics,
            Access access) {
        this.coordinator = coordinator;
        this.protocols = protocols;
        this.topics = topics;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        StreamsGroupHeartbeatRequestData body = (StreamsGroupHeartbeatRequestData) request.body();
        if (!protocols.servesStreams()) {
            request.reply(
                    Errors.UNSUPPORTED_VERSION, "the streams group protocol is not enabled here");
            return;
        }
        if (!GroupAnswer.isAllowed(access, request, AclOperation.READ, body.groupId())
                || !isTopologyAllowed(request, body.topology())) {
            return;
        }
        StreamsBeat beat =
                new StreamsBeat(
                        caller(request), topic -> access.mayCreateTopic(request, topic), body);
        coordinator.ask(
                body.groupId(),
                ticket -> new GroupCommand.StreamsGroupHeartbeat(ticket, beat),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        request.reply(
                                withFailure(
                                        body.groupId(),
                                        (StreamsGroupHeartbeatResponseData) response));
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        request.reply(error, message);
                    }
                });
    }

    private Caller caller(Request request) {
        String clientId = request.header().clientId();
        return new Caller(
                request.version(),
                clientId == null ? "" : clientId,
                "/" + request.clientAddress().getHostAddress(),
                topic -> access.permittedOnTopic(request, AclOperation.DESCRIBE, topic));
    }

    // ---- the topology's topics ----

    /** Answers the request, and says false, when its topics may not be. */
    private boolean isTopologyAllowed(Request request, @Nullable Topology topology) {
        if (topology == null) {
            return true;
        }
        Set<String> names = names(topology);
        for (String name : names) {
            if (Topic.isInternal(name)) {
                request.reply(
                        Errors.STREAMS_INVALID_TOPOLOGY,
                        "Use of Kafka internal topics "
                                + name
                                + " in a Kafka Streams topology is prohibited.");
                return false;
            }
            if (!Topic.isValid(name)) {
                request.reply(
                        Errors.STREAMS_INVALID_TOPOLOGY,
                        "Topic names " + name + " are not valid topic names.");
                return false;
            }
        }
        for (String name : names) {
            if (!access.allowedOnTopic(request, AclOperation.DESCRIBE, name)) {
                request.reply(
                        Errors.TOPIC_AUTHORIZATION_FAILED,
                        Errors.TOPIC_AUTHORIZATION_FAILED.message());
                return false;
            }
        }
        return true;
    }

    private static Set<String> names(Topology topology) {
        Set<String> names = new TreeSet<>();
        topology.subtopologies()
                .forEach(each -> {
                    names.addAll(each.sourceTopics());
                    names.addAll(each.repartitionSinkTopics());
                    each.repartitionSourceTopics().stream()
                            .map(TopicInfo::name)
                            .forEach(names::add);
                    each.stateChangelogTopics().stream().map(TopicInfo::name).forEach(names::add);
                });
        return names;
    }

    private StreamsGroupHeartbeatResponseData withFailure(
            String groupId, StreamsGroupHeartbeatResponseData response) {
        byte missing = StreamsGroupHeartbeatResponse.Status.MISSING_INTERNAL_TOPICS.code();
        Status status =
                response.status() == null
                        ? null
                        : response.status().stream()
                                .filter(each -> each.statusCode() == missing)
                                .findFirst()
                                .orElse(null);
        if (status == null) {
            topics.forget(groupId);
            return response;
        }
        String failure = topics.failureOf(groupId);
        if (failure != null) {
            status.setStatusDetail(status.statusDetail() + "; Creation failed: " + failure + ".");
        }
        return response;
    }
}
