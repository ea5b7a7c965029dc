package naru.broker.replication;

import naru.broker.partition.Partition;
import naru.broker.partition.Standing;
import naru.broker.replication.LeaderAnswer.Outcome;
import naru.log.LogStorageException;
import naru.log.PartitionLog;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.FetchRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Follows one leader in some partitions: says what to ask it next and does to the logs what it
 * answers. Knows no thread, socket or clock.
 *
 * <p>Threads: partitions come and go on any; the steps are taken by one driver, one at a time:
 * after {@link Step.Send} come {@link #onResponse} or {@link #onFailure}, and then {@link #next}
 * again.
 */
public final class ReplicaFetcher {
    static final short OLDEST_FETCH = 13;
    static final short NEWEST_FETCH = 17;

    private static final Logger LOG = LoggerFactory.getLogger("naru.replication");

    /** A partition that a throttle holds back is looked at again after this. */
    private static final int THROTTLE_PAUSE_MILLIS = 200;

    private static final int FIRST_PAUSE_MILLIS = 20;

    /** A broker that is not registered has nothing to show to a leader. */
    private static final int REGISTRATION_PAUSE_MILLIS = 20;

    private final int leader;
    private final FetchTerms terms;
    private final FollowThrottle throttle;
    private final FetcherSession session = new FetcherSession();
    private final Map<TopicPartition, Followed> followed = new ConcurrentHashMap<>();
    private final Queue<TopicIdPartition> changes = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Resting> resting =
            new PriorityQueue<>(Comparator.comparingLong(Resting::untilMillis));
    private final LeaderBounds bounds;
    private final Stats stats = new Stats();

    private long pausedUntil;
    private int failuresInARow;

    private record Resting(Followed partition, long untilMillis) {}

    /** What its driver is to do next. */
    public sealed interface Step {
        /** Send this to the leader. */
        record Send(AbstractRequest.Builder<?> request) implements Step {}

        /** Do nothing until woken, or for so long. */
        record Rest(long millis) implements Step {}
    }

    /** Counts what has been done; any thread. */
    public static final class Stats {
        private final AtomicLong requests = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicLong failures = new AtomicLong();

        public long requests() {
            return requests.get();
        }

        public long bytes() {
            return bytes.get();
        }

        /** Requests without an answer, and partitions whose answer was an error. */
        public long failures() {
            return failures.get();
        }
    }

    public ReplicaFetcher(int leader, FetchTerms terms, FollowThrottle throttle) {
        this.leader = leader;
        this.terms = terms;
        this.throttle = throttle;
        this.bounds = new LeaderBounds(terms.brokerId());
    }

    public int leader() {
        return leader;
    }

    public Stats stats() {
        return stats;
    }

    // ---- who is followed

    /** Begins to follow; what the same partition followed before is forgotten. */
    public void add(Partition partition, Standing.Following standing) {
        Followed now = new Followed(partition, standing);
        Followed before = followed.put(partition.topicPartition(), now);
        if (before != null) {
            changes.add(before.key);
        }
        changes.add(now.key);
    }

    /** Follows no more. What is being appended ends before the partition's standing changes. */
    public void remove(TopicPartition partition) {
        Followed before = followed.remove(partition);
        if (before != null) {
            changes.add(before.key);
        }
    }

    public boolean isEmpty() {
        return followed.isEmpty();
    }

    private @Nullable Followed current(TopicIdPartition key) {
        Followed one = followed.get(key.topicPartition());
        return one != null && one.key.equals(key) ? one : null;
    }

    private boolean isCurrent(Followed one) {
        return followed.get(one.key.topicPartition()) == one;
    }

    // ---- what to do next

    public Step next(long nowMillis) {
        for (TopicIdPartition key = changes.poll(); key != null; key = changes.poll()) {
            consider(key, nowMillis);
        }
        while (!resting.isEmpty() && resting.element().untilMillis() <= nowMillis) {
            Followed rested = resting.remove().partition();
            if (isCurrent(rested)) {
                consider(rested.key, nowMillis);
            }
        }
        if (pausedUntil > nowMillis) {
            return new Step.Rest(pausedUntil - nowMillis);
        }
        if (terms.brokerEpoch().getAsLong() < 0) {
            return new Step.Rest(REGISTRATION_PAUSE_MILLIS);
        }
        AbstractRequest.Builder<?> offsets = bounds.request(this::isCurrent, nowMillis);
        if (offsets != null) {
            stats.requests.incrementAndGet();
            return new Step.Send(offsets);
        }
        if (session.isEmpty()) {
            return new Step.Rest(
                    resting.isEmpty()
                            ? Long.MAX_VALUE
                            : Math.max(1, resting.element().untilMillis() - nowMillis));
        }
        stats.requests.incrementAndGet();
        return new Step.Send(session.request(terms));
    }

    /** Puts the partition into the session as it is now, or out of it. */
    private void consider(TopicIdPartition key, long nowMillis) {
        Followed one = current(key);
        if (one == null || one.resumeMillis > nowMillis || one.ask != Followed.Ask.RECORDS) {
            session.forget(key);
            return;
        }
        if (!one.isInSync() && throttle.holdsBack(one.partition)) {
            rest(one, nowMillis, THROTTLE_PAUSE_MILLIS);
            return;
        }
        PartitionLog log = one.standing.log();
        try {
            if (log.config().ackFsync() && log.durableOffset() < log.logEndOffset()) {
                log.flush();
            }
        } catch (LogStorageException refused) {
            failed(one, Errors.KAFKA_STORAGE_ERROR, refused.getMessage(), nowMillis);
            return;
        }
        session.want(
                one,
                new FetchRequest.PartitionData(
                        key.topicId(),
                        log.logEndOffset(),
                        log.logStartOffset(),
                        terms.partitionMaxBytes(),
                        Optional.of(one.standing.leaderEpoch()),
                        log.latestEpoch()));
    }

    private void rest(Followed one, long nowMillis, long millis) {
        one.resumeMillis = nowMillis + millis;
        session.forget(one.key);
        resting.add(new Resting(one, one.resumeMillis));
    }

    private void failed(Followed one, Errors error, @Nullable String message, long nowMillis) {
        stats.failures.incrementAndGet();
        if (one.isNews(error)) {
            LOG.warn(
                    "{} does not follow broker {} in epoch {} for now: {} {}",
                    one.key.topicPartition(),
                    leader,
                    one.standing.leaderEpoch(),
                    error,
                    message == null ? "" : message);
        }
        rest(one, nowMillis, one.nextRest(terms.backoffMillis()));
    }

    // ---- what came of it

    /** The request has no answer, or none that counts. */
    public void onFailure(String reason, long nowMillis) {
        stats.failures.incrementAndGet();
        if (failuresInARow == 0) {
            LOG.warn("broker {} cannot be followed for now: {}", leader, reason);
        }
        session.interrupted();
        bounds.interrupted();
        long pause = (long) FIRST_PAUSE_MILLIS << Math.min(failuresInARow++, 20);
        pausedUntil = nowMillis + Math.min(terms.backoffMillis(), pause);
    }

    public void onResponse(ApiMessage response, long nowMillis) {
        switch (response) {
            case FetchResponseData fetched -> onFetched(fetched, nowMillis);
            case ListOffsetsResponseData offsets -> onBounds(offsets, nowMillis);
            default -> throw new IllegalArgumentException("not asked for: " + response);
        }
    }

    private void onFetched(FetchResponseData response, long nowMillis) {
        Errors error = Errors.forCode(response.errorCode());
        switch (error) {
            case NONE -> session.answered(response.sessionId());
            case FETCH_SESSION_ID_NOT_FOUND,
                    INVALID_FETCH_SESSION_EPOCH,
                    FETCH_SESSION_TOPIC_ID_ERROR -> {
                session.lost();
                return;
            }
            default -> {
                onFailure(error + ": " + error.message(), nowMillis);
                return;
            }
        }
        answeredAgain();
        for (FetchableTopicResponse topic : response.responses()) {
            for (PartitionData data : topic.partitions()) {
                FetcherSession.Entry asked = session.asked(topic.topicId(), data.partitionIndex());
                if (asked != null && isCurrent(asked.followed())) {
                    onPartition(asked.followed(), data, asked.data().fetchOffset, nowMillis);
                }
            }
        }
    }

    private void answeredAgain() {
        if (failuresInARow > 0) {
            LOG.info("broker {} answers again", leader);
        }
        failuresInARow = 0;
    }

    private void onPartition(Followed one, PartitionData data, long fetchOffset, long nowMillis) {
        Errors error = Errors.forCode(data.errorCode());
        switch (error) {
            case NONE -> applied(one, data, fetchOffset, nowMillis);
            case OFFSET_OUT_OF_RANGE -> {
                one.ask = Followed.Ask.LEADER_END;
                session.forget(one.key);
                bounds.add(one);
            }
            default -> failed(one, error, error.message(), nowMillis);
        }
    }

    private void applied(Followed one, PartitionData data, long fetchOffset, long nowMillis) {
        int epoch = one.standing.leaderEpoch();
        Outcome outcome;
        try {
            outcome =
                    one.partition.asFollower(
                            epoch, log -> LeaderAnswer.apply(log, data, epoch, fetchOffset));
        } catch (LogStorageException refused) {
            outcome =
                    new Outcome.Failed(
                            Errors.KAFKA_STORAGE_ERROR, String.valueOf(refused.getMessage()));
        }
        switch (outcome) {
            case null -> session.forget(one.key);
            case Outcome.Applied(int bytes) -> {
                one.progressed();
                if (bytes > 0) {
                    stats.bytes.addAndGet(bytes);
                    one.partition.traffic().fromLeader(bytes);
                    session.served(one.key);
                    if (!one.isInSync()) {
                        throttle.fetched(one.partition, bytes);
                    }
                }
                consider(one.key, nowMillis);
            }
            case Outcome.Nothing() -> {
                if (one.cameToNothing()) {
                    failed(one, Errors.MESSAGE_TOO_LARGE, "no whole batch comes", nowMillis);
                }
            }
            case Outcome.Failed(Errors error, String message) ->
                    failed(one, error, message, nowMillis);
        }
    }

    private void onBounds(ListOffsetsResponseData response, long nowMillis) {
        answeredAgain();
        bounds.onResponse(
                        response,
                        this::isCurrent,
                        (one, error) -> failed(one, error, "of its bounds", nowMillis))
                .forEach(one -> consider(one.key, nowMillis));
    }
}
