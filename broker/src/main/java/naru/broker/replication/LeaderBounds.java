package naru.broker.replication;

import naru.log.LogStorageException;
import naru.log.PartitionLog;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Partitions whose log lies outside of the leader's, until they know where that begins and ends. A
 * log that ends above the leader's is cut to its end; that happens only after an election of a
 * replica that lacked records. One that ends below the leader's start begins anew there. Owned by
 * the fetcher's driver.
 */
final class LeaderBounds {
    private static final Logger LOG = LoggerFactory.getLogger("naru.replication");
    private static final short LIST_OFFSETS_VERSION = 9;

    private final int brokerId;
    private final Map<TopicPartition, Followed> waiting = new HashMap<>();
    private Map<TopicPartition, Followed> asked = Map.of();
    private Followed.Ask asking = Followed.Ask.LEADER_END;

    LeaderBounds(int brokerId) {
        this.brokerId = brokerId;
    }

    void add(Followed one) {
        waiting.put(one.key.topicPartition(), one);
    }

    /** No answer comes; it is asked again. */
    void interrupted() {
        asked = Map.of();
    }

    /** What to ask of the leader, or null when nobody waits. */
    AbstractRequest.@Nullable Builder<?> request(Predicate<Followed> isCurrent, long nowMillis) {
        waiting.values().removeIf(one -> !isCurrent.test(one));
        Followed first = null;
        for (Followed one : waiting.values()) {
            if (one.resumeMillis <= nowMillis) {
                first = one;
            }
        }
        if (first == null) {
            return null;
        }
        asking = first.ask;
        asked = new HashMap<>();
        long timestamp =
                asking == Followed.Ask.LEADER_END
                        ? ListOffsetsRequest.LATEST_TIMESTAMP
                        : ListOffsetsRequest.EARLIEST_TIMESTAMP;
        Map<String, ListOffsetsTopic> topics = new HashMap<>();
        waiting.forEach((name, one) -> {
            if (one.ask == asking && one.resumeMillis <= nowMillis) {
                asked.put(name, one);
                topics.computeIfAbsent(name.topic(), t -> new ListOffsetsTopic().setName(t))
                        .partitions()
                        .add(
                                new ListOffsetsPartition()
                                        .setPartitionIndex(name.partition())
                                        .setCurrentLeaderEpoch(one.standing.leaderEpoch())
                                        .setTimestamp(timestamp));
            }
        });
        return ListOffsetsRequest.Builder.forReplica(LIST_OFFSETS_VERSION, brokerId)
                .setTargetTimes(List.copyOf(topics.values()));
    }

    /**
     * Brings the logs within the leader's bounds.
     *
     * @return those that may be fetched again
     */
    List<Followed> onResponse(
            ListOffsetsResponseData response,
            Predicate<Followed> isCurrent,
            BiConsumer<Followed, Errors> onError) {
        List<Followed> ready = new ArrayList<>();
        for (ListOffsetsTopicResponse topic : response.topics()) {
            for (ListOffsetsPartitionResponse answer : topic.partitions()) {
                Followed one = asked.get(new TopicPartition(topic.name(), answer.partitionIndex()));
                if (one != null && isCurrent.test(one)) {
                    Errors error = Errors.forCode(answer.errorCode());
                    if (error != Errors.NONE) {
                        onError.accept(one, error);
                    } else {
                        bringWithin(one, answer.offset(), ready, onError);
                    }
                }
            }
        }
        asked = Map.of();
        return ready;
    }

    private void bringWithin(
            Followed one, long offset, List<Followed> ready, BiConsumer<Followed, Errors> onError) {
        try {
            if (isWithin(one, offset)) {
                one.ask = Followed.Ask.RECORDS;
                waiting.remove(one.key.topicPartition(), one);
                ready.add(one);
            }
        } catch (LogStorageException refused) {
            LOG.error("{}: {}", one.key.topicPartition(), refused.getMessage());
            onError.accept(one, Errors.KAFKA_STORAGE_ERROR);
        }
    }

    /** Whether the log now lies within the leader's; else the other bound is to be asked for. */
    private boolean isWithin(Followed one, long offset) {
        Boolean within =
                one.partition.asFollower(
                        one.standing.leaderEpoch(),
                        log ->
                                asking == Followed.Ask.LEADER_END
                                        ? endsWithin(log, offset)
                                        : beginsWithin(log, offset));
        if (within != null && !within) {
            one.ask = Followed.Ask.LEADER_START;
        }
        return within == null || within;
    }

    private static boolean endsWithin(PartitionLog log, long leaderEnd) {
        if (log.logEndOffset() <= leaderEnd) {
            return false;
        }
        LOG.warn(
                "{}: cut from {} to {}, where the leader's log ends: a replica that lacked records"
                        + " was elected",
                log.topicPartition(),
                log.logEndOffset(),
                leaderEnd);
        log.truncateTo(leaderEnd);
        return true;
    }

    private static boolean beginsWithin(PartitionLog log, long leaderStart) {
        if (log.logEndOffset() < leaderStart) {
            LOG.info(
                    "{}: begins anew at {}, where the leader's log begins; it ended at {}",
                    log.topicPartition(),
                    leaderStart,
                    log.logEndOffset());
            log.truncateFullyAndStartAt(leaderStart);
        }
        return true;
    }
}
