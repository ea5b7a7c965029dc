package naru.broker.fetch;

import naru.broker.access.Access;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.View;
import naru.broker.transport.FileRegion;
import naru.broker.transport.Request;
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

    FetchReader(PartitionLookup lookup, Access access) {
        this.lookup = lookup;
        this.access = access;
    }

    /** Reads of each partition in turn, until {@code maxBytes} are together. */
    List<Answer> read(Request request, List<Wanted> wanted, View view, int maxBytes) {
        List<Answer> answers = new ArrayList<>(wanted.size());
        int left = maxBytes;
        boolean nothingYet = true;
        for (Wanted one : wanted) {
            Answer answer = readOne(request, one, view, left, nothingYet);
            answers.add(answer);
            if (answer.sizeBytes() > 0) {
                nothingYet = false;
                left = Math.max(0, left - answer.sizeBytes());
            }
        }
        return answers;
    }

    private Answer readOne(
            Request request, Wanted wanted, View view, int maxBytes, boolean atLeastOneBatch) {
        String topic =
                wanted.key.topic() != null
                        ? wanted.key.topic()
                        : lookup.topicName(wanted.key.topicId());
        if (topic == null) {
            return refused(wanted, Errors.UNKNOWN_TOPIC_ID, null);
        }
        if (!access.allowedOnTopic(request, AclOperation.READ, topic)) {
            return refused(wanted, Errors.TOPIC_AUTHORIZATION_FAILED, null);
        }
        PartitionLookup.Found found =
                wanted.key.topic() != null
                        ? lookup.led(topic, wanted.key.index(), wanted.currentLeaderEpoch)
                        : lookup.led(
                                wanted.key.topicId(),
                                wanted.key.index(),
                                wanted.currentLeaderEpoch);
        return switch (found) {
            case PartitionLookup.Found.Not not -> {
                Answer answer = refused(wanted, not.error(), null);
                yield request.version() >= 12 ? withLeader(answer, topic) : answer;
            }
            case PartitionLookup.Found.Led led ->
                    readLed(
                            led.partition(),
                            led.standing().log(),
                            wanted,
                            view,
                            Math.min(maxBytes, wanted.maxBytes),
                            atLeastOneBatch);
        };
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

    private static Answer readLed(
            Partition partition,
            PartitionLog log,
            Wanted wanted,
            View view,
            int maxBytes,
            boolean atLeastOneBatch) {
        long seenEnd = Partition.visibleEnd(log, view);
        PartitionData data =
                new PartitionData()
                        .setPartitionIndex(wanted.key.index())
                        .setHighWatermark(log.highWatermark())
                        .setLastStableOffset(log.lastStableOffset())
                        .setLogStartOffset(log.logStartOffset())
                        .setRecords(MemoryRecords.EMPTY);
        try {
            if (wanted.lastFetchedEpoch >= 0) {
                PartitionLog.EpochEnd end = log.endOffsetFor(wanted.lastFetchedEpoch);
                if (end.endOffset() < 0) {
                    return refused(wanted, Errors.OFFSET_OUT_OF_RANGE, partition);
                }
                if (end.leaderEpoch() < wanted.lastFetchedEpoch
                        || end.endOffset() < wanted.fetchOffset) {
                    data.setDivergingEpoch(
                            new FetchResponseData.EpochEndOffset()
                                    .setEpoch(end.leaderEpoch())
                                    .setEndOffset(end.endOffset()));
                    return new Answer(wanted, data, partition, seenEnd, 0, 0);
                }
            }
            return switch (log.read(wanted.fetchOffset, seenEnd, maxBytes, atLeastOneBatch)) {
                case ReadOutcome.Found found ->
                        withRecords(partition, log, wanted, view, data, seenEnd, found.slice());
                case ReadOutcome.Nothing nothing ->
                        new Answer(
                                wanted,
                                withAborted(data, view, List.of()),
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
