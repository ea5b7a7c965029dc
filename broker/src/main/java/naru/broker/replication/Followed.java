package naru.broker.replication;

import naru.broker.partition.Partition;
import naru.broker.partition.Standing;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * A partition that a fetcher follows, under one leader and epoch. What changes in it is the
 * driver's.
 */
final class Followed {
    /** What is to be asked for it next. */
    enum Ask {
        RECORDS,
        /** Where the leader's log ends; ours lies outside of it. */
        LEADER_END,
        /** Where it begins; ours ends below that, or not. */
        LEADER_START
    }

    static final int FIRST_REST_MILLIS = 10;

    private static final int MOST_EMPTY_ANSWERS = 10;

    /** About a second, with the rests between them. */
    private static final int FAILURES_OF_AN_ELECTION = 6;

    final Partition partition;
    final Standing.Following standing;
    final TopicIdPartition key;
    Ask ask = Ask.RECORDS;
    long resumeMillis;
    private int emptyAnswers;
    private int failures;
    private Errors lastError = Errors.NONE;

    Followed(Partition partition, Standing.Following standing) {
        this.partition = partition;
        this.standing = standing;
        this.key = new TopicIdPartition(partition.topicId(), partition.topicPartition());
    }

    /** Whether the metadata hold this replica for in sync, which may change within a reign. */
    boolean isInSync() {
        return partition.standing() instanceof Standing.Following now && now.inSync();
    }

    /**
     * Whether this is worth a line in the log: the same error is not told twice in a row, and what
     * every election brings for a moment only when it lasts.
     */
    boolean isNews(Errors error) {
        if (failures < FAILURES_OF_AN_ELECTION && isOfAnElection(error)) {
            return false;
        }
        boolean news = error != lastError;
        lastError = error;
        return news;
    }

    private static boolean isOfAnElection(Errors error) {
        return error == Errors.FENCED_LEADER_EPOCH
                || error == Errors.UNKNOWN_LEADER_EPOCH
                || error == Errors.NOT_LEADER_OR_FOLLOWER
                || error == Errors.UNKNOWN_TOPIC_ID
                || error == Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /**
     * How long to rest after one more failure in a row: a leader that has not heard yet that it
     * leads soon will.
     */
    long nextRest(int mostMillis) {
        return Math.min(mostMillis, (long) FIRST_REST_MILLIS << Math.min(failures++, 20));
    }

    void progressed() {
        emptyAnswers = 0;
        failures = 0;
        lastError = Errors.NONE;
    }

    /** The leader sent bytes and no whole batch; whether that has happened too often in a row. */
    boolean cameToNothing() {
        return ++emptyAnswers % MOST_EMPTY_ANSWERS == 0;
    }
}
