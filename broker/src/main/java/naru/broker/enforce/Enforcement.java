package naru.broker.enforce;

import naru.broker.config.RecordPolicy;
import naru.broker.enforce.RecordCheck.Finding;
import naru.broker.enforce.RecordCheck.Learning;
import naru.broker.enforce.RecordCheck.Part;
import naru.wire.BatchCheck;
import naru.wire.BatchCheck.RecordError;
import naru.wire.BatchRecords;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Looks at batches record by record: at once where that is quick, else by a few threads of its own,
 * which are there only while there is work.
 *
 * <p>Threads: any. Bounds: so many batches wait for a thread, so many bytes wait that nobody waits
 * for, so many things are learned for one batch.
 */
public final class Enforcement implements AutoCloseable {
    private static final int AT_ONCE_BYTES = 64 << 10;
    private static final int AT_ONCE_UNPACKED_BYTES = 1 << 20;
    private static final int MOST_UNPACKED_BYTES = 32 << 20;
    private static final int MOST_WAITING = 1_000;
    private static final int MOST_OBSERVED_BYTES = 16 << 20;
    private static final int MOST_LEARNED = 64;
    private static final int MOST_ERRORS = 100;

    /** Batches that nobody waits for are patient while the registry is silent: so many, so long. */
    private static final int MOST_PATIENT = 1_000;

    private static final int TRIES = 20;
    private static final int RETRY_MILLIS = 500;
    private static final int IDLE_SECONDS = 10;

    /** Time stamps, sizes and keys are the log's to look at. */
    private static final BatchCheck.Limits LIMITS =
            new BatchCheck.Limits(
                    BatchCheck.Source.CLIENT,
                    Integer.MAX_VALUE,
                    true,
                    true,
                    true,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    0,
                    false);

    private final RecordCheck check;
    private final EnforcementCounts counts = new EnforcementCounts();
    private final AtomicLong observedBytes = new AtomicLong();
    private final AtomicInteger patient = new AtomicInteger();
    private final ThreadPoolExecutor threads;

    public Enforcement(RecordCheck check) {
        this.check = check;
        int most = Runtime.getRuntime().availableProcessors();
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(
                        most,
                        most,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MOST_WAITING),
                        task -> {
                            Thread thread =
                                    new Thread(
                                            task, "naru-record-check-" + number.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
        threads.allowCoreThreadTimeOut(true);
    }

    public EnforcementCounts counts() {
        return counts;
    }

    /** Looks at once; null when that is not to be done on a network loop. */
    public @Nullable Verdict now(TopicPartition partition, RecordPolicy policy, ByteBuffer batch) {
        if (batch.remaining() > AT_ONCE_BYTES) {
            return null;
        }
        try {
            return switch (look(partition, policy, batch, false)) {
                case Looked.Decided(Verdict verdict) -> verdict;
                case Looked.TooMuch() -> null;
                case Looked.Ask(Learning learning) -> null;
            };
        } catch (RuntimeException | StackOverflowError bug) {
            // Told where it is looked at again.
            return null;
        }
    }

    /**
     * Looks on another thread, when all that is needed is known.
     *
     * @param batch nobody else changes
     * @param then told once, on any thread
     */
    public void later(
            TopicPartition partition,
            RecordPolicy policy,
            ByteBuffer batch,
            Consumer<Verdict> then) {
        new Examination(partition, policy, batch, 1, then).go();
    }

    /**
     * Counts and tells of bad records, at some time.
     *
     * @param batch is copied
     */
    public void observe(
            TopicPartition partition, RecordPolicy policy, ByteBuffer batch, String clientId) {
        EnforcementCounts.OfTopic topic = counts.of(partition.topic());
        int bytes = batch.remaining();
        if (observedBytes.addAndGet(bytes) > MOST_OBSERVED_BYTES) {
            observedBytes.addAndGet(-bytes);
            topic.unchecked("too much waits to be looked at");
            return;
        }
        ByteBuffer copy = ByteBuffer.allocate(bytes).put(batch.duplicate()).flip();
        Examination examination =
                new Examination(
                        partition,
                        policy,
                        copy,
                        TRIES,
                        verdict -> {
                            observedBytes.addAndGet(-bytes);
                            switch (verdict) {
                                case Verdict.Sound sound -> {}
                                case Verdict.Bad bad ->
                                        topic.bad(policy.reaction(), partition, bad, clientId);
                                case Verdict.Undecided(String reason) -> topic.unchecked(reason);
                                case Verdict.Unsound unsound -> {}
                            }
                        });
        examination.go();
    }

    /** One batch on its way to a verdict. */
    private final class Examination implements Runnable {
        private final TopicPartition partition;
        private final RecordPolicy policy;
        private final ByteBuffer batch;
        private final Consumer<Verdict> then;
        private int learned;
        private int tries;

        /**
         * @param tries how often something is asked for that cannot be told now
         */
        Examination(
                TopicPartition partition,
                RecordPolicy policy,
                ByteBuffer batch,
                int tries,
                Consumer<Verdict> then) {
            this.partition = partition;
            this.policy = policy;
            this.batch = batch;
            this.tries = tries;
            this.then = then;
        }

        void go() {
            try {
                threads.execute(this);
            } catch (RejectedExecutionException full) {
                then.accept(new Verdict.Undecided("too many batches wait to be looked at"));
            }
        }

        @Override
        public void run() {
            Looked looked;
            try {
                looked = look(partition, policy, batch, true);
            } catch (RuntimeException | Error bug) {
                counts.bug(bug);
                then.accept(new Verdict.Undecided("the check failed: " + bug));
                return;
            }
            switch (looked) {
                case Looked.Decided(Verdict verdict) -> then.accept(verdict);
                case Looked.TooMuch() ->
                        then.accept(new Verdict.Undecided("the check does not come to an end"));
                case Looked.Ask(Learning learning) -> learn(learning);
            }
        }

        private void learn(Learning learning) {
            if (++learned > MOST_LEARNED) {
                then.accept(
                        new Verdict.Undecided(
                                "the batch uses more than %d schemas that are not known yet"
                                        .formatted(MOST_LEARNED)));
                return;
            }
            var _ =
                    learning.begin()
                            .whenComplete((nothing, failure) -> {
                                if (failure == null) {
                                    go();
                                } else {
                                    failed(failure);
                                }
                            });
        }

        private void failed(Throwable failure) {
            if (--tries <= 0) {
                then.accept(new Verdict.Undecided(reason(failure)));
                return;
            }
            if (patient.incrementAndGet() > MOST_PATIENT) {
                patient.decrementAndGet();
                then.accept(new Verdict.Undecided(reason(failure)));
                return;
            }
            learned--;
            CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS)
                    .execute(() -> {
                        patient.decrementAndGet();
                        go();
                    });
        }

        private static String reason(Throwable failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            return String.valueOf(cause.getMessage());
        }
    }

    /** How far looking at a batch came. */
    private sealed interface Looked {
        record Decided(Verdict verdict) implements Looked {}

        record Ask(Learning learning) implements Looked {}

        record TooMuch() implements Looked {}
    }

    private Looked look(
            TopicPartition partition, RecordPolicy policy, ByteBuffer batch, boolean mayBeCostly) {
        BatchRecords records;
        switch (BatchRecords.open(
                batch, LIMITS, mayBeCostly ? MOST_UNPACKED_BYTES : AT_ONCE_UNPACKED_BYTES)) {
            case BatchRecords.Refused(BatchCheck.Broken why) -> {
                boolean tooLarge = why.error() == Errors.MESSAGE_TOO_LARGE;
                return tooLarge && !mayBeCostly
                        ? new Looked.TooMuch()
                        : new Looked.Decided(new Verdict.Unsound(why));
            }
            case BatchRecords.Opened(BatchRecords opened) -> records = opened;
        }
        BitSet bad = new BitSet();
        List<RecordError> errors = new ArrayList<>(0);
        while (records.next()) {
            Finding finding = look(partition.topic(), policy, records, mayBeCostly);
            switch (finding) {
                case Finding.Sound sound -> {}
                case Finding.Bad(String reason) -> {
                    bad.set(records.index());
                    if (errors.size() < MOST_ERRORS) {
                        errors.add(new RecordError(records.index(), reason));
                    }
                }
                case Finding.Costly costly -> {
                    return new Looked.TooMuch();
                }
                case Finding.Unknown(Learning learning) -> {
                    return new Looked.Ask(learning);
                }
            }
        }
        return new Looked.Decided(
                bad.isEmpty() ? Verdict.SOUND : new Verdict.Bad(bad, errors, records));
    }

    private Finding look(
            String topic, RecordPolicy policy, BatchRecords records, boolean mayBeCostly) {
        Record record = records.record();
        if (policy.keys() && record.hasKey()) {
            ByteBuffer header = header(records, RecordCheck.KEY_SCHEMA_HEADER);
            Finding finding =
                    named(
                            "key",
                            check.check(
                                    new Part(topic, true, policy.strategy(), header, record.key()),
                                    mayBeCostly));
            if (!(finding instanceof Finding.Sound)) {
                return finding;
            }
        }
        if (policy.values() && record.hasValue()) {
            ByteBuffer header = header(records, RecordCheck.VALUE_SCHEMA_HEADER);
            return named(
                    "value",
                    check.check(
                            new Part(topic, false, policy.strategy(), header, record.value()),
                            mayBeCostly));
        }
        return Finding.SOUND;
    }

    private static @Nullable ByteBuffer header(BatchRecords records, String name) {
        byte[] value = records.header(name);
        return value == null ? null : ByteBuffer.wrap(value);
    }

    private static Finding named(String part, Finding finding) {
        return finding instanceof Finding.Bad(String reason)
                ? new Finding.Bad(part + ": " + reason)
                : finding;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
