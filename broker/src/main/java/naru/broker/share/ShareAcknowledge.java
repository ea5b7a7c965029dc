package naru.broker.share;

import naru.broker.access.Access;
import naru.broker.share.Acquisition.Acknowledgement;
import naru.broker.share.ShareSession.Target;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** ShareAcknowledge: settles records without fetching others. Answered when it is written. */
public final class ShareAcknowledge implements RequestHandler {
    private static final short FIRST_VERSION_WITH_RENEWAL = 2;

    private final ShareQueues queues;
    private final ShareSessions sessions;
    private final Access access;
    private final ShareTopics topics;
    private final ShareReplies replies;

    public ShareAcknowledge(
            ShareQueues queues, ShareSessions sessions, Access access, ShareReplies replies) {
        this.queues = queues;
        this.sessions = sessions;
        this.access = access;
        this.topics = new ShareTopics(queues.lookup(), access);
        this.replies = replies;
    }

    @Override
    public void handle(Request request) {
        ShareAcknowledgeRequestData body = (ShareAcknowledgeRequestData) request.body();
        String refusal = refusal(body, request.version());
        if (refusal != null) {
            refuse(request, Errors.INVALID_REQUEST, refusal);
            return;
        }
        if (!access.allowed(request, AclOperation.READ, ResourceType.GROUP, body.groupId())) {
            refuse(
                    request,
                    Errors.GROUP_AUTHORIZATION_FAILED,
                    Errors.GROUP_AUTHORIZATION_FAILED.message());
            return;
        }
        int epoch = body.shareSessionEpoch();
        if (epoch == ShareSession.INITIAL_EPOCH) {
            refuse(
                    request,
                    Errors.INVALID_SHARE_SESSION_EPOCH,
                    "a share session begins with a fetch");
            return;
        }
        ShareSession.Id member = new ShareSession.Id(body.groupId(), body.memberId());
        switch (sessions.next(member, epoch)) {
            case ShareSessions.Found.Not not -> refuse(request, not.error(), not.message());
            case ShareSessions.Found.Session(ShareSession session) ->
                    Acknowledging.run(
                            request,
                            queues,
                            member,
                            acknowledgements(body),
                            topics,
                            results -> {
                                if (epoch == ShareSession.FINAL_EPOCH) {
                                    sessions.close(session);
                                }
                                replies.reply(request, member.groupId(), results);
                            });
        }
    }

    private static @Nullable String refusal(ShareAcknowledgeRequestData body, short version) {
        if (body.groupId() == null
                || body.groupId().isEmpty()
                || body.memberId() == null
                || body.memberId().isEmpty()) {
            return "a group id and a member id are required";
        }
        boolean renews =
                body.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .flatMap(partition -> partition.acknowledgementBatches().stream())
                        .anyMatch(batch -> batch.acknowledgeTypes().contains(Acquisition.RENEW));
        return renews && (version < FIRST_VERSION_WITH_RENEWAL || !body.isRenewAck())
                ? "a request that renews has to say so"
                : null;
    }

    private static void refuse(Request request, Errors error, String message) {
        request.reply(
                new ShareAcknowledgeResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(message));
    }

    private static Map<Target, List<Acknowledgement>> acknowledgements(
            ShareAcknowledgeRequestData body) {
        Map<Target, List<Acknowledgement>> all = new LinkedHashMap<>();
        for (ShareAcknowledgeRequestData.AcknowledgeTopic topic : body.topics()) {
            for (ShareAcknowledgeRequestData.AcknowledgePartition partition : topic.partitions()) {
                all.put(
                        new Target(topic.topicId(), partition.partitionIndex()),
                        partition.acknowledgementBatches().stream()
                                .map(batch ->
                                        new Acknowledgement(
                                                batch.firstOffset(),
                                                batch.lastOffset(),
                                                batch.acknowledgeTypes()))
                                .toList());
            }
        }
        return all;
    }
}
