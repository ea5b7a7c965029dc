package naru.rest.consume;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import naru.http.Budget;
import naru.http.Refusal;
import naru.rest.record.Embedded;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A consumer and what it has fetched but not delivered.
 *
 * <p>Threads: any, one at a time: who has the turn. A reader keeps it until its answer is written,
 * so that the next one goes on where this one really ended.
 */
final class Instance {
    private static final Logger LOG = LoggerFactory.getLogger("naru.rest");
    private static final Duration CLOSE_MOST = Duration.ofSeconds(5);
    private static final long COMMIT_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Of one answer: small records take more memory than they have bytes. */
    private static final int RECORDS_MOST = 8_000;

    /** How long a poll lasts at most, so that an instance that is to end does so soon. */
    private static final long SLICE_MILLIS = 250;

    /** How long a read that has found records waits for those that are just coming. */
    private static final long LINGER_MILLIS = 20;

    private final String owner;
    private final InstanceSettings settings;
    private final Consumer<byte[], byte[]> consumer;
    private final Budget reading;
    private final LongSupplier nanos;
    private final Semaphore turn = new Semaphore(1);
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private final Map<TopicPartition, OffsetAndMetadata> delivered = new HashMap<>();
    private Subscription subscription = new Subscription.None();
    private @Nullable Read underWay;
    private long lastCommit;
    private long lastLook;
    private volatile long lastUse;
    private volatile boolean ending;

    /**
     * @param owner key of the user whose it is
     */
    Instance(
            String owner,
            InstanceSettings settings,
            Consumer<byte[], byte[]> consumer,
            Budget reading,
            LongSupplier nanos) {
        this.owner = owner;
        this.settings = settings;
        this.consumer = consumer;
        this.reading = reading;
        this.nanos = nanos;
        this.lastUse = nanos.getAsLong();
        this.lastCommit = lastUse;
    }

    String owner() {
        return owner;
    }

    Embedded format() {
        return settings.format();
    }

    int requestTimeoutMillis() {
        return settings.requestTimeoutMillis();
    }

    /** What is done with the consumer by whose turn it is. */
    @FunctionalInterface
    interface Deed<T> {
        T done(Consumer<byte[], byte[]> consumer);
    }

    <T> T inTurn(Deed<T> deed) throws InterruptedException {
        takeTurn();
        try {
            return deed.done(consumer);
        } catch (IllegalStateException conflict) {
            throw illegal(conflict);
        } finally {
            endTurn();
        }
    }

    private void takeTurn() throws InterruptedException {
        lastUse = nanos.getAsLong();
        turn.acquire();
        if (ending) {
            turn.release();
            throw Instances.unknown();
        }
    }

    private void endTurn() {
        lastUse = nanos.getAsLong();
        turn.release();
    }

    private static Refusal illegal(IllegalStateException conflict) {
        return new Refusal(409, 40903, "Illegal state: " + conflict.getMessage());
    }

    void subscribe(Set<String> topics) throws InterruptedException {
        inTurn(own -> {
            refuseWhenOther(Subscription.Topics.class);
            own.subscribe(topics, listener());
            subscription = new Subscription.Topics(topics);
            forgetFetched(tp -> !topics.contains(tp.topic()));
            return true;
        });
    }

    void subscribe(String pattern) throws InterruptedException {
        Pattern compiled;
        try {
            compiled = Pattern.compile(pattern);
        } catch (PatternSyntaxException malformed) {
            throw new Refusal(
                    422,
                    "topic_pattern is no regular expression of RE2: " + malformed.getMessage());
        }
        inTurn(own -> {
            refuseWhenOther(Subscription.Matching.class);
            subscription = new Subscription.Matching(compiled);
            lookForTopics(compiled);
            return true;
        });
    }

    private void refuseWhenOther(Class<? extends Subscription> wanted) {
        if (!(subscription instanceof Subscription.None) && !wanted.isInstance(subscription)) {
            throw new IllegalStateException(
                    "Subscription to topics, partitions and pattern are mutually exclusive");
        }
    }

    /** Subscribes to what matches now. */
    private void lookForTopics(Pattern pattern) {
        lastLook = nanos.getAsLong();
        Set<String> matching =
                consumer.listTopics().keySet().stream()
                        .filter(name -> !name.startsWith("__") && pattern.matches(name))
                        .collect(Collectors.toSet());
        if (matching.isEmpty()) {
            consumer.unsubscribe();
        } else if (!matching.equals(consumer.subscription())) {
            consumer.subscribe(matching, listener());
        }
        forgetFetched(tp -> !matching.contains(tp.topic()));
    }

    void unsubscribe() throws InterruptedException {
        inTurn(own -> {
            commitBySelf();
            own.unsubscribe();
            subscription = new Subscription.None();
            forgetFetched(tp -> true);
            return true;
        });
    }

    void assign(Collection<TopicPartition> partitions) throws InterruptedException {
        inTurn(own -> {
            refuseWhenOther(Subscription.Assigned.class);
            own.assign(partitions);
            subscription =
                    partitions.isEmpty() ? new Subscription.None() : new Subscription.Assigned();
            forgetFetched(tp -> !partitions.contains(tp));
            return true;
        });
    }

    /** The next records are these; a commit without offsets says the same. */
    void seek(Map<TopicPartition, OffsetAndMetadata> positions) throws InterruptedException {
        inTurn(own -> {
            positions.forEach(own::seek);
            delivered.putAll(positions);
            forgetFetched(positions::containsKey);
            return true;
        });
    }

    void seekToEdge(Collection<TopicPartition> partitions, boolean end)
            throws InterruptedException {
        inTurn(own -> {
            if (end) {
                own.seekToEnd(partitions);
            } else {
                own.seekToBeginning(partitions);
            }
            for (TopicPartition each : partitions) {
                delivered.put(each, new OffsetAndMetadata(own.position(each)));
            }
            forgetFetched(partitions::contains);
            return true;
        });
    }

    /** What was delivered so far, or what the positions say. */
    void commit(Map<TopicPartition, OffsetAndMetadata> positions, boolean waits)
            throws InterruptedException {
        inTurn(own -> {
            Map<TopicPartition, OffsetAndMetadata> all =
                    positions.isEmpty() ? Map.copyOf(delivered) : positions;
            if (waits) {
                own.commitSync(all);
            } else {
                own.commitAsync(all, null);
            }
            return true;
        });
    }

    /**
     * Takes the turn, which ends when the batch is closed.
     *
     * @param mostBytes of keys and values; one record is delivered however large it is
     */
    Batch read(long timeoutMillis, long mostBytes) throws InterruptedException {
        takeTurn();
        Read read = new Read();
        underWay = read;
        boolean handedOver = false;
        try {
            read.fill(timeoutMillis, mostBytes);
            handedOver = true;
            return read;
        } catch (IllegalStateException conflict) {
            throw illegal(conflict);
        } finally {
            if (!handedOver) {
                read.close();
            }
        }
    }

    /** A record that is to be delivered, and the memory that is charged for it. */
    private record Taken(ConsumerRecord<byte[], byte[]> record, int units) {}

    private final class Read implements Batch {
        private final List<Taken> taken = new ArrayList<>();
        private int reached;
        private long bytes;

        void fill(long timeoutMillis, long mostBytes) throws InterruptedException {
            long end = nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            commitNowAndThen();
            if (subscription instanceof Subscription.Matching(Pattern pattern)
                    && nanos.getAsLong() - lastLook > LOOK_EVERY_NANOS) {
                lookForTopics(pattern);
            }
            boolean full = take(mostBytes);
            boolean first = true;
            while (!full && !ending) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - nanos.getAsLong());
                boolean enough = bytes >= Math.max(1, settings.fetchMinBytes());
                long wait = Math.min(left, enough ? LINGER_MILLIS : SLICE_MILLIS);
                if (wait <= 0 && !first) {
                    break;
                }
                first = false;
                int before = taken.size();
                poll(Math.max(0, wait));
                full = take(mostBytes);
                if (enough && taken.size() == before) {
                    break;
                }
            }
        }

        private void poll(long millis) {
            if (subscription instanceof Subscription.Matching
                    && consumer.subscription().isEmpty()) {
                return;
            }
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(millis))) {
                fetched.add(each);
            }
        }

        /** Whether there is no room for more. */
        private boolean take(long mostBytes) throws InterruptedException {
            while (!fetched.isEmpty()) {
                ConsumerRecord<byte[], byte[]> next = fetched.getFirst();
                int size = size(next);
                if (taken.isEmpty()) {
                    taken.add(new Taken(next, reading.take(size)));
                } else {
                    boolean full = bytes + size > mostBytes || taken.size() >= RECORDS_MOST;
                    OptionalInt units = full ? OptionalInt.empty() : reading.takeNow(size);
                    if (units.isEmpty()) {
                        return true;
                    }
                    taken.add(new Taken(next, units.getAsInt()));
                }
                fetched.removeFirst();
                bytes += size;
            }
            return bytes >= mostBytes;
        }

        private static int size(ConsumerRecord<byte[], byte[]> record) {
            return Math.max(0, record.serializedKeySize())
                    + Math.max(0, record.serializedValueSize());
        }

        /** They are another member's now, which reads them as well. */
        private void forget(Predicate<TopicPartition> which) {
            taken.removeIf(each -> {
                boolean gone = which.test(partition(each.record));
                if (gone) {
                    bytes -= size(each.record);
                    reading.giveBack(each.units);
                }
                return gone;
            });
        }

        @Override
        public List<ConsumerRecord<byte[], byte[]>> records() {
            return taken.stream().map(Taken::record).toList();
        }

        @Override
        public void delivered(int count) {
            reached = count;
        }

        @Override
        public void close() {
            underWay = null;
            for (Taken each : taken.subList(reached, taken.size()).reversed()) {
                fetched.addFirst(each.record);
            }
            for (Taken each : taken.subList(0, reached)) {
                delivered.put(
                        partition(each.record),
                        new OffsetAndMetadata(
                                each.record.offset() + 1, each.record.leaderEpoch(), ""));
            }
            taken.forEach(each -> reading.giveBack(each.units));
            endTurn();
        }
    }

    private void commitNowAndThen() {
        long now = nanos.getAsLong();
        if (settings.autoCommit()
                && !delivered.isEmpty()
                && now - lastCommit > COMMIT_EVERY_NANOS) {
            lastCommit = now;
            consumer.commitAsync(Map.copyOf(delivered), null);
        }
    }

    /** Before partitions go, where the instance commits without being asked to. */
    private void commitBySelf() {
        if (settings.autoCommit() && !delivered.isEmpty()) {
            try {
                consumer.commitSync(Map.copyOf(delivered), CLOSE_MOST);
            } catch (KafkaException fault) {
                LOG.warn("offsets of a consumer instance were not committed", fault);
            }
        }
    }

    private ConsumerRebalanceListener listener() {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                commitBySelf();
                onPartitionsLost(partitions);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                Set<TopicPartition> gone = new HashSet<>(partitions);
                forgetFetched(gone::contains);
                gone.forEach(delivered::remove);
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
        };
    }

    private void forgetFetched(Predicate<TopicPartition> which) {
        fetched.removeIf(each -> which.test(partition(each)));
        Read read = underWay;
        if (read != null) {
            read.forget(which);
        }
    }

    private static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    /** Whether nobody has used it for so long, nor uses it now. */
    boolean idleSince(long nanosAgo) {
        return turn.availablePermits() > 0 && nanos.getAsLong() - lastUse > nanosAgo;
    }

    /** Ends it once whoever has the turn is done, which is soon. */
    void close() {
        ending = true;
        turn.acquireUninterruptibly();
        try {
            commitBySelf();
            consumer.close(CloseOptions.timeout(CLOSE_MOST));
        } catch (KafkaException fault) {
            LOG.warn("a consumer instance did not end cleanly", fault);
        } finally {
            turn.release();
        }
    }
}
