package naru.broker.fetch;

import naru.broker.access.Access;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.quota.ByteThrottle;
import naru.broker.quota.ClientQuotas;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * Fetch: answers at once when there is enough, else waits on the partitions. Record bytes go from
 * the segment files to the socket.
 */
public final class Fetch implements RequestHandler {
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;

    private final Access access;
    private final FetchReader reader;
    private final FetchSessions sessions;
    private final IntSupplier fetchMaxBytes;
    private final ClientQuotas quotas;

    /**
     * @param fetchMaxBytes {@code fetch.max.bytes}, above which no answer goes but for a first
     *     batch
     */
    public Fetch(
            PartitionLookup lookup,
            Access access,
            FetchSessions sessions,
            IntSupplier fetchMaxBytes,
            ClientQuotas quotas) {
        this(
                lookup,
                access,
                sessions,
                fetchMaxBytes,
                quotas,
                ReplicaChoice.ALWAYS_LEADER,
                ByteThrottle.none());
    }

    public Fetch(
            PartitionLookup lookup,
            Access access,
            FetchSessions sessions,
            IntSupplier fetchMaxBytes,
            ClientQuotas quotas,
            ReplicaChoice choice,
            ByteThrottle toReplicas) {
        this.access = access;
        this.reader = new FetchReader(lookup, access, choice, toReplicas);
        this.sessions = sessions;
        this.fetchMaxBytes = fetchMaxBytes;
        this.quotas = quotas;
    }

    @Override
    public void handle(Request request) {
        FetchRequestData body = (FetchRequestData) request.body();
        ReadAs as = ReadAs.of(body, request.version());
        if (as.isReplica() && !access.allowedOnCluster(request, AclOperation.CLUSTER_ACTION)) {
            request.reply(noReplica(body));
            return;
        }
        Plan plan = plan(request, body, as);
        if (plan == null) {
            return;
        }
        int maxBytes = Math.min(Math.max(0, body.maxBytes()), mostBytes(request, as));
        int minBytes = Math.min(body.minBytes(), maxBytes);
        List<Answer> answers = reader.read(request, plan.wanted(), as, maxBytes, true);
        if (plan.wanted().isEmpty()
                || body.maxWaitMs() <= 0
                || FetchWait.isEnough(answers, minBytes)) {
            reply(request, plan, answers);
            return;
        }
        new FetchWait(
                        request,
                        as.view(),
                        minBytes,
                        () -> reader.read(request, plan.wanted(), as, maxBytes, false),
                        late -> reply(request, plan, late))
                .begin(answers, body.maxWaitMs());
    }

    /** Only brokers fetch as replicas: each partition that is named is refused. */
    private static FetchResponseData noReplica(FetchRequestData body) {
        FetchResponseData response = new FetchResponseData();
        for (FetchRequestData.FetchTopic topic : body.topics()) {
            FetchableTopicResponse refused =
                    new FetchableTopicResponse()
                            .setTopic(topic.topic())
                            .setTopicId(topic.topicId());
            for (FetchRequestData.FetchPartition partition : topic.partitions()) {
                refused.partitions()
                        .add(
                                FetchResponse.partitionResponse(
                                        partition.partition(), Errors.TOPIC_AUTHORIZATION_FAILED));
            }
            response.responses().add(refused);
        }
        return response;
    }

    private int mostBytes(Request request, ReadAs as) {
        int most = fetchMaxBytes.getAsInt();
        return quotas.isActive() && !as.isReplica()
                ? Math.min(
                        most,
                        quotas.mostFetchBytes(request.principal().getName(), clientId(request)))
                : most;
    }

    private static String clientId(Request request) {
        String clientId = request.header().clientId();
        return clientId == null ? "" : clientId;
    }

    /** Whether the client is above its quota, so that it gets no records now. */
    private boolean refusedByQuota(Request request, Plan plan, List<Answer> answers) {
        if (!quotas.isActive() || plan.as().isReplica()) {
            return false;
        }
        long bytes = 0;
        for (Answer answer : answers) {
            bytes += answer.sizeBytes();
        }
        ClientQuotas.FetchVerdict verdict =
                quotas.fetched(request.principal().getName(), clientId(request), bytes);
        request.throttle(verdict.throttleMillis());
        return verdict.empty();
    }

    /** A session that would begin with this answer does not begin; one that goes on does. */
    private void replyEmpty(Request request, Plan plan) {
        FetchResponseData response = new FetchResponseData();
        FetchSession session = plan.session();
        if (session != null && plan.incremental()) {
            response.setSessionId(session.id());
        } else if (session != null) {
            sessions.remove(session.id());
        }
        request.reply(response);
    }

    /**
     * What is to be read, and how it is answered.
     *
     * @param session the session that goes on or begins, or null when there is none
     * @param incremental whether only news are answered
     */
    private record Plan(
            ReadAs as, List<Wanted> wanted, @Nullable FetchSession session, boolean incremental) {}

    private @Nullable Plan plan(Request request, FetchRequestData body, ReadAs as) {
        boolean byTopicId = request.version() >= FIRST_VERSION_WITH_TOPIC_IDS;
        int epoch = body.sessionEpoch();
        if (epoch == FetchSession.FINAL_EPOCH || epoch == FetchSession.INITIAL_EPOCH) {
            if (body.sessionId() != FetchSession.NO_SESSION) {
                sessions.remove(body.sessionId());
            }
            List<Wanted> wanted = wanted(body, byTopicId);
            FetchSession session =
                    epoch == FetchSession.INITIAL_EPOCH
                            ? sessions.create(byTopicId, wanted, nowMillis())
                            : null;
            return new Plan(as, wanted, session, false);
        }
        FetchSession session = sessions.get(body.sessionId());
        if (session == null) {
            replySessionError(request, Errors.FETCH_SESSION_ID_NOT_FOUND, FetchSession.NO_SESSION);
            return null;
        }
        synchronized (session) {
            if (session.epoch() != epoch) {
                replySessionError(request, Errors.INVALID_FETCH_SESSION_EPOCH, session.id());
                return null;
            }
            if (session.byTopicId() != byTopicId) {
                replySessionError(request, Errors.FETCH_SESSION_TOPIC_ID_ERROR, session.id());
                return null;
            }
            forget(session, body, byTopicId);
            wanted(body, byTopicId).forEach(session::put);
            if (session.size() == 0) {
                sessions.remove(session.id());
                return new Plan(as, List.of(), null, false);
            }
            session.use(nowMillis());
            return new Plan(as, session.wanted(), session, true);
        }
    }

    private static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private static List<Wanted> wanted(FetchRequestData body, boolean byTopicId) {
        List<Wanted> wanted = new ArrayList<>();
        for (FetchRequestData.FetchTopic topic : body.topics()) {
            for (FetchRequestData.FetchPartition partition : topic.partitions()) {
                Wanted one =
                        new Wanted(
                                key(
                                        topic.topic(),
                                        topic.topicId(),
                                        partition.partition(),
                                        byTopicId));
                one.update(
                        partition.fetchOffset(),
                        partition.partitionMaxBytes(),
                        partition.currentLeaderEpoch(),
                        partition.lastFetchedEpoch());
                one.follows(partition.logStartOffset());
                wanted.add(one);
            }
        }
        return wanted;
    }

    private static void forget(FetchSession session, FetchRequestData body, boolean byTopicId) {
        for (FetchRequestData.ForgottenTopic topic : body.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                session.forget(key(topic.topic(), topic.topicId(), partition, byTopicId));
            }
        }
    }

    private static Wanted.Key key(String topic, Uuid topicId, int index, boolean byTopicId) {
        return byTopicId
                ? new Wanted.Key(null, topicId, index)
                : new Wanted.Key(topic, Uuid.ZERO_UUID, index);
    }

    private static void replySessionError(Request request, Errors error, int sessionId) {
        request.reply(new FetchResponseData().setErrorCode(error.code()).setSessionId(sessionId));
    }

    private void reply(Request request, Plan plan, List<Answer> answers) {
        if (refusedByQuota(request, plan, answers)) {
            replyEmpty(request, plan);
            return;
        }
        FetchSession session = plan.session();
        FetchResponseData response = new FetchResponseData();
        if (session == null) {
            add(response, plan, answers, answer -> true);
        } else {
            synchronized (session) {
                response.setSessionId(session.id());
                if (plan.incremental()) {
                    add(response, plan, answers, answer -> answer.wanted().mustTell(answer));
                    for (Answer answer : answers) {
                        if (answer.sizeBytes() > 0) {
                            session.served(answer.wanted());
                        }
                    }
                } else {
                    answers.forEach(answer -> answer.wanted().told(answer));
                    add(response, plan, answers, answer -> true);
                }
            }
        }
        request.reply(response);
    }

    /** Partitions of one topic that follow one another are answered under one head. */
    private static void add(
            FetchResponseData response, Plan plan, List<Answer> answers, Predicate<Answer> told) {
        FetchableTopicResponse head = null;
        for (Answer answer : answers) {
            if (!told.test(answer)) {
                continue;
            }
            Wanted.Key key = answer.wanted().key;
            String topic = key.topic() == null ? "" : key.topic();
            if (head == null
                    || !head.topic().equals(topic)
                    || !head.topicId().equals(key.topicId())) {
                head = new FetchableTopicResponse().setTopic(topic).setTopicId(key.topicId());
                response.responses().add(head);
            }
            head.partitions().add(answer.data());
            Partition partition = answer.partition();
            if (partition != null && plan.as().isReplica()) {
                partition.traffic().toFollower(answer.sizeBytes());
            } else if (partition != null) {
                partition.traffic().out(answer.sizeBytes(), answer.records());
            }
        }
    }
}
