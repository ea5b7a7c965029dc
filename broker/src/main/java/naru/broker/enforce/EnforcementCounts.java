package naru.broker.enforce;

import naru.broker.config.RecordPolicy.Reaction;
import naru.wire.BatchCheck.RecordError;

import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of bad records, by topic, and the lines in the log about them: one in ten seconds for
 * a topic.
 *
 * <p>Threads: any. Bounds: topics that were produced to; from some thousands on those that come new
 * are counted together.
 */
public final class EnforcementCounts {
    private static final Logger LOG = LoggerFactory.getLogger("naru.enforce");
    private static final int MOST_TOPICS = 5_000;
    private static final String OTHERS = "(others)";
    private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Map<String, OfTopic> topics = new ConcurrentHashMap<>();

    /** Of one topic. */
    public static final class OfTopic {
        private final Map<Reaction, LongAdder> bad = new EnumMap<>(Reaction.class);
        private final LongAdder uncheckedBatches = new LongAdder();
        private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - TELL_EVERY_NANOS);
        private final LongAdder untold = new LongAdder();

        OfTopic() {
            for (Reaction reaction : Reaction.values()) {
                bad.put(reaction, new LongAdder());
            }
        }

        /** Bad records to which was reacted so. */
        public long badRecords(Reaction reaction) {
            LongAdder adder = bad.get(reaction);
            return adder == null ? 0 : adder.sum();
        }

        /** Batches that were stored, or refused for now, because it could not be told. */
        public long uncheckedBatches() {
            return uncheckedBatches.sum();
        }

        /** Counts the bad records of a batch. */
        public void bad(
                Reaction reaction, TopicPartition partition, Verdict.Bad verdict, String clientId) {
            int count = verdict.bad().cardinality();
            LongAdder adder = bad.get(reaction);
            if (adder != null) {
                adder.add(count);
            }
            if (mayTell()) {
                RecordError first = verdict.errors().getFirst();
                LOG.warn(
                        "{}: client {} sends {} records of {} that are not of their schema ({});"
                                + " record {}: {}{}",
                        partition,
                        clientId,
                        count,
                        verdict.records().count(),
                        reaction,
                        first.index(),
                        first.message(),
                        others());
            }
        }

        /** Counts a batch of which nothing can be told. */
        public void unchecked(String reason) {
            uncheckedBatches.increment();
            if (mayTell()) {
                LOG.warn("records cannot be held against their schemas: {}{}", reason, others());
            }
        }

        private boolean mayTell() {
            long now = System.nanoTime();
            long before = toldAt.get();
            if (now - before >= TELL_EVERY_NANOS && toldAt.compareAndSet(before, now)) {
                return true;
            }
            untold.increment();
            return false;
        }

        private String others() {
            long since = untold.sumThenReset();
            return since == 0 ? "" : " (and " + since + " batches since the last line)";
        }
    }

    OfTopic ofNew(String topic) {
        return topics.computeIfAbsent(
                topics.size() < MOST_TOPICS ? topic : OTHERS, name -> new OfTopic());
    }

    /** Of a topic that was produced to. */
    public OfTopic of(String topic) {
        OfTopic known = topics.get(topic);
        return known == null ? ofNew(topic) : known;
    }

    /** By topic. */
    public Map<String, OfTopic> all() {
        return new TreeMap<>(topics);
    }

    void bug(Throwable cause) {
        LOG.error("a record cannot be held against its schema because of an error of ours", cause);
    }
}
