package naru.broker.fetch;

import naru.broker.access.Access;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.PartitionLookup.Held;
import naru.broker.partition.Standing;
import naru.broker.partition.View;
import naru.broker.quota.ByteThrottle;
import naru.broker.transport.FileRegion;
import naru.broker.transport.Request;
import naru.log.EpochEnd;
import naru.log.LogSlice;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/** Asks partitions what they have for a fetch. Without state; any thread. */
final class FetchReader {
    private static final Logger LOG = LoggerFactory.getLogger("naru.fetch");
    private static final int UNKNOWN = -1;

    private final PartitionLookup lookup;
    private final Access access;
    private final ReplicaChoice choice;
    private final ByteThrottle throttle;

    FetchReader(
            PartitionLookup lookup, Access access, ReplicaChoice choice, ByteThrottle throttle) {
        this.throttle = throttle;
        this.lookup = lookup;
        this.access = access;
        this.choice = choice;
    }

    /**
     * Reads of each partition in turn, until {@code maxBytes} are together.
     *
     * @param first whether this is the fetch's first look, which tells what a follower has
     */
    List<Answer> read(
            Request request, List<Wanted> wanted, ReadAs as, int maxBytes, boolean first) {
        List<Answer> answers = new ArrayList<>(wanted.size());
        int left = maxBytes;
        boolean nothingYet = true;
        for (Wanted one : wanted) {
            Answer answer = readOne(request, one, as, new Bounds(left, nothingYet, first));
            answers.add(answer);
            if (answer.sizeBytes() > 0) {
                nothingYet = false;
                left = Math.max(0, left - answer.sizeBytes());
            }
        }
        return answers;
    }

    /** How much may be answered of a partition. */
    private record Bounds(int maxBytes, boolean atLeastOneBatch, boolean first) {}

    private Answer readOne(Request request, Wanted wanted, ReadAs as, Bounds bounds) {
        String topic =
                wanted.key.topic() != null
                        ? wanted.key.topic()
                        : lookup.topicName(wanted.key.topicId());
        if (topic == null) {
            return refused(wanted, Errors.UNKNOWN_TOPIC_ID, null);
        }
        if (!as.isReplica() && !access.allowedOnTopic(request, AclOperation.READ, topic)) {
            return refused(wanted, Errors.TOPIC_AUTHORIZATION_FAILED, null);
        }
        return switch (find(wanted, as)) {
            case Held.Not not -> {
                Answer answer = refused(wanted, not.error(), null);
                yield request.version() >= 12 ? withLeader(answer, topic) : answer;
            }
            case Held.Here here -> {
                int closest = closest(request, here, wanted, as);
                yield closest == ReplicaChoice.LEADER
                        ? readHere(here, wanted, as, bounds)
                        : sentTo(closest, here, wanted);
            }
        };
    }

    private Held find(Wanted wanted, ReadAs as) {
        Wanted.Key key = wanted.key;
        Held found =
                lookup.held(key.topic(), key.topicId(), key.index(), wanted.currentLeaderEpoch);
        return found instanceof Held.Here here && here.leading() == null && !as.mayFollow()
                ? new Held.Not(
                        Errors.NOT_LEADER_OR_FOLLOWER, "this broker follows and does not lead")
                : found;
    }

    private int closest(Request request, Held.Here here, Wanted wanted, ReadAs as) {
        return as.rack() == null || here.leading() == null
                ? ReplicaChoice.LEADER
                : choice.closest(
                        here.partition(),
                        here.leading(),
                        as.rack(),
                        request.listenerName(),
                        wanted.fetchOffset);
    }

    /** Nothing but where to read. */
    private static Answer sentTo(int replica, Held.Here here, Wanted wanted) {
        PartitionLog log = here.log();
        return new Answer(
                wanted,
                new PartitionData()
                        .setPartitionIndex(wanted.key.index())
                        .setHighWatermark(log.highWatermark())
                        .setLastStableOffset(log.lastStableOffset())
                        .setLogStartOffset(log.logStartOffset())
                        .setPreferredReadReplica(replica)
                        .setRecords(MemoryRecords.EMPTY),
                here.partition(),
                UNKNOWN,
                0,
                0);
    }

    private Answer withLeader(Answer answer, String topic) {
        var state = lookup.state(topic, answer.wanted().key.index());
        if (state != null) {
            answer.data()
                    .currentLeader()
                    .setLeaderId(state.leader())
                    .setLeaderEpoch(state.leaderEpoch());
        }
        return answer;
    }

    private static Answer refused(Wanted wanted, Errors error, @Nullable Partition partition) {
        return new Answer(
                wanted,
                new PartitionData()
                        .setPartitionIndex(wanted.key.index())
                        .setErrorCode(error.code())
                        .setHighWatermark(UNKNOWN)
                        .setRecords(MemoryRecords.EMPTY),
                partition,
                UNKNOWN,
                0,
                0);
    }

    private Answer readHere(Held.Here here, Wanted wanted, ReadAs as, Bounds bounds) {
        Partition partition = here.partition();
        PartitionLog log = here.log();
        PartitionData data = new PartitionData().setPartitionIndex(wanted.key.index());
        try {
            if (wanted.lastFetchedEpoch >= 0) {
                EpochEnd end = log.endOffsetFor(wanted.lastFetchedEpoch);
                if (end.endOffset() < 0) {
                    return refused(wanted, Errors.OFFSET_OUT_OF_RANGE, partition);
                }
                if (end.leaderEpoch() < wanted.lastFetchedEpoch
                        || end.endOffset() < wanted.fetchOffset) {
                    data.setDivergingEpoch(
                            new FetchResponseData.EpochEndOffset()
                                    .setEpoch(end.leaderEpoch())
                                    .setEndOffset(end.endOffset()));
                    return new Answer(
                            wanted, withOffsets(data, log), partition, log.logEndOffset(), 0, 0);
                }
            }
            if (as.isReplica() && bounds.first) {
                Errors unknown = noteFollower(here, wanted, as);
                if (unknown != Errors.NONE) {
                    return refused(wanted, unknown, partition);
                }
            }
            long seenEnd = Partition.visibleEnd(log, as.view());
            withOffsets(data, log);
            boolean throttled = as.isReplica() && isThrottled(here, as.replica());
            int maxBytes = Math.min(bounds.maxBytes, wanted.maxBytes);
            return switch (throttled && throttle.isExceeded()
                    ? ReadOutcome.NOTHING
                    : log.read(wanted.fetchOffset, seenEnd, maxBytes, bounds.atLeastOneBatch)) {
                case ReadOutcome.Found found -> {
                    if (throttled) {
                        throttle.spend(found.slice().sizeBytes());
                    }
                    yield withRecords(
                            partition, log, wanted, as.view(), data, seenEnd, found.slice());
                }
                case ReadOutcome.Nothing nothing ->
                        new Answer(
                                wanted,
                                withAborted(data, as.view(), List.of()),
                                partition,
                                seenEnd,
                                0,
                                0);
                case ReadOutcome.OutOfRange range ->
                        refused(wanted, Errors.OFFSET_OUT_OF_RANGE, partition);
            };
        } catch (LogStorageException e) {
            LOG.error(
                    "reading {} at {}: {}",
                    partition.topicPartition(),
                    wanted.fetchOffset,
                    e.getMessage());
            return refused(wanted, Errors.KAFKA_STORAGE_ERROR, partition);
        }
    }

    private static boolean isThrottled(Held.Here here, int replica) {
        Standing.Leading leading = here.leading();
        return here.partition().throttles().asLeader()
                && leading != null
                && leading.followers() != null
                && !leading.followers().isInSync(replica);
    }

    private static PartitionData withOffsets(PartitionData data, PartitionLog log) {
        return data.setHighWatermark(log.highWatermark())
                .setLastStableOffset(log.lastStableOffset())
                .setLogStartOffset(log.logStartOffset())
                .setRecords(MemoryRecords.EMPTY);
    }

    /** A fetch within the log says that the follower has all below its offset. */
    private static Errors noteFollower(Held.Here here, Wanted wanted, ReadAs as) {
        PartitionLog log = here.log();
        if (here.leading() == null
                || wanted.fetchOffset < log.logStartOffset()
                || wanted.fetchOffset > log.logEndOffset()) {
            return Errors.NONE;
        }
        return switch (here.partition()
                .onReplicaFetch(
                        here.leading(),
                        as.replica(),
                        as.brokerEpoch(),
                        wanted.fetchOffset,
                        wanted.logStartOffset)) {
            case TAKEN -> Errors.NONE;
            case UNKNOWN_REPLICA ->
                    wanted.currentLeaderEpoch >= 0
                            ? Errors.UNKNOWN_LEADER_EPOCH
                            : Errors.NOT_LEADER_OR_FOLLOWER;
            case FORMER_RUN -> Errors.NOT_LEADER_OR_FOLLOWER;
        };
    }

    private static Answer withRecords(
            Partition partition,
            PartitionLog log,
            Wanted wanted,
            View view,
            PartitionData data,
            long seenEnd,
            LogSlice slice) {
        data.setRecords(new FileRegion(slice.channel(), slice.position(), slice.sizeBytes()));
        withAborted(
                data,
                view,
                view == View.COMMITTED
                        ? log.abortedTransactions(slice.baseOffset(), slice.nextOffset())
                        : List.of());
        return new Answer(
                wanted,
                data,
                partition,
                seenEnd,
                slice.sizeBytes(),
                slice.nextOffset() - slice.baseOffset());
    }

    /** Only who asks for committed data is told of aborted transactions; null says "not asked". */
    private static PartitionData withAborted(
            PartitionData data, View view, List<FetchResponseData.AbortedTransaction> aborted) {
        return data.setAbortedTransactions(view == View.COMMITTED ? aborted : null);
    }
}
