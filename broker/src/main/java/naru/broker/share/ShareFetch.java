package naru.broker.share;

import naru.broker.access.Access;
import naru.broker.share.Acquisition.Acknowledgement;
import naru.broker.share.Acquisition.Wish;
import naru.broker.share.ShareSession.Target;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * ShareFetch: settles what the member acknowledges along the way, and gives it records that nobody
 * else holds, at once or when there are some.
 */
public final class ShareFetch implements RequestHandler {
    private static final byte RECORD_LIMIT = 1;
    private static final short FIRST_VERSION_WITH_RENEWAL = 2;

    private final ShareQueues queues;
    private final ShareSessions sessions;
    private final Access access;
    private final ShareTopics topics;
    private final ShareReplies replies;
    private final IntSupplier fetchMaxBytes;

    public ShareFetch(
            ShareQueues queues,
            ShareSessions sessions,
            Access access,
            ShareReplies replies,
            IntSupplier fetchMaxBytes) {
        this.queues = queues;
        this.sessions = sessions;
        this.access = access;
        this.topics = new ShareTopics(queues.lookup(), access);
        this.replies = replies;
        this.fetchMaxBytes = fetchMaxBytes;
    }

    @Override
    public void handle(Request request) {
        ShareFetchRequestData body = (ShareFetchRequestData) request.body();
        String refusal = refusal(body, request.version());
        if (refusal != null) {
            refuse(request, Errors.INVALID_REQUEST, refusal);
            return;
        }
        ShareSession.Id member = new ShareSession.Id(body.groupId(), body.memberId());
        if (!access.allowed(request, AclOperation.READ, ResourceType.GROUP, body.groupId())) {
            refuse(
                    request,
                    Errors.GROUP_AUTHORIZATION_FAILED,
                    Errors.GROUP_AUTHORIZATION_FAILED.message());
            return;
        }
        int epoch = body.shareSessionEpoch();
        ShareSessions.Found found =
                epoch == ShareSession.INITIAL_EPOCH
                        ? sessions.begin(member, request)
                        : sessions.next(member, epoch);
        switch (found) {
            case ShareSessions.Found.Not not -> refuse(request, not.error(), not.message());
            case ShareSessions.Found.Session(ShareSession session) ->
                    serve(request, body, session, epoch == ShareSession.FINAL_EPOCH);
        }
    }

    private static @Nullable String refusal(ShareFetchRequestData body, short version) {
        if (body.groupId() == null
                || body.groupId().isEmpty()
                || body.memberId() == null
                || body.memberId().isEmpty()) {
            return "a group id and a member id are required";
        }
        boolean acknowledges = false;
        boolean renews = false;
        for (ShareFetchRequestData.FetchTopic topic : body.topics()) {
            for (ShareFetchRequestData.FetchPartition partition : topic.partitions()) {
                for (ShareFetchRequestData.AcknowledgementBatch batch :
                        partition.acknowledgementBatches()) {
                    acknowledges = true;
                    renews |= batch.acknowledgeTypes().contains(Acquisition.RENEW);
                }
            }
        }
        if (acknowledges && body.shareSessionEpoch() == ShareSession.INITIAL_EPOCH) {
            return "a new share session holds nothing that could be acknowledged";
        }
        if (renews && (version < FIRST_VERSION_WITH_RENEWAL || !body.isRenewAck())) {
            return "a request that renews has to say so";
        }
        if (body.isRenewAck()
                && (body.maxRecords() != 0 || body.maxBytes() != 0 || body.minBytes() != 0)) {
            return "a request that renews fetches nothing";
        }
        return null;
    }

    private void refuse(Request request, Errors error, String message) {
        request.reply(
                new ShareFetchResponseData().setErrorCode(error.code()).setErrorMessage(message));
    }

    private void serve(
            Request request, ShareFetchRequestData body, ShareSession session, boolean isLast) {
        Map<Target, List<Acknowledgement>> acknowledgements = update(body, session);
        if (acknowledgements == null) {
            sessions.close(session);
            refuse(
                    request,
                    Errors.SHARE_SESSION_LIMIT_REACHED,
                    "more than " + ShareSession.MOST_TARGETS + " partitions in a share session");
            return;
        }
        Acknowledging.run(
                request,
                queues,
                session.id,
                acknowledgements,
                topics,
                results -> {
                    if (isLast) {
                        sessions.close(session);
                    }
                    if (isLast || body.isRenewAck() || body.maxRecords() <= 0) {
                        replies.reply(request, session.id.groupId(), Map.of(), results);
                    } else {
                        fetch(request, body, session, results);
                    }
                });
    }

    /** What is acknowledged, or null when there are more partitions than a session may have. */
    private static @Nullable Map<Target, List<Acknowledgement>> update(
            ShareFetchRequestData body, ShareSession session) {
        Map<Target, List<Acknowledgement>> acknowledgements = new LinkedHashMap<>();
        synchronized (session) {
            for (ShareFetchRequestData.FetchTopic topic : body.topics()) {
                for (ShareFetchRequestData.FetchPartition partition : topic.partitions()) {
                    Target target = new Target(topic.topicId(), partition.partitionIndex());
                    if (!session.add(target)) {
                        return null;
                    }
                    if (!partition.acknowledgementBatches().isEmpty()) {
                        acknowledgements.put(
                                target,
                                partition.acknowledgementBatches().stream()
                                        .map(batch ->
                                                new Acknowledgement(
                                                        batch.firstOffset(),
                                                        batch.lastOffset(),
                                                        batch.acknowledgeTypes()))
                                        .toList());
                    }
                }
            }
            for (ShareFetchRequestData.ForgottenTopic topic : body.forgottenTopicsData()) {
                for (int partition : topic.partitions()) {
                    session.remove(new Target(topic.topicId(), partition));
                }
            }
        }
        return acknowledgements;
    }

    private void fetch(
            Request request,
            ShareFetchRequestData body,
            ShareSession session,
            Map<Target, Acknowledging.Result> acknowledged) {
        Wish wish =
                new Wish(
                        body.maxRecords(),
                        Math.max(1, body.batchSize()),
                        body.shareAcquireMode() == RECORD_LIMIT);
        int maxBytes = Math.min(Math.max(0, body.maxBytes()), fetchMaxBytes.getAsInt());
        ShareFetchRound round =
                new ShareFetchRound(request, session, queues, topics, wish, maxBytes);
        long waitMillis = acknowledged.isEmpty() ? body.maxWaitMs() : 0;
        new ShareFetchWait(
                        request,
                        round,
                        body.minBytes(),
                        () ->
                                replies.reply(
                                        request,
                                        session.id.groupId(),
                                        round.fetched(),
                                        acknowledged))
                .begin(waitMillis);
    }
}
