package naru.broker.share;

import naru.broker.coordinator.Alarm;
import naru.broker.partition.DataListener;
import naru.broker.partition.Partition;
import naru.broker.partition.View;
import naru.broker.share.Acquisition.Acknowledgement;
import naru.broker.share.Acquisition.Acquired;
import naru.broker.share.Acquisition.Wish;
import naru.broker.share.SharePartition.DeadLetters;
import naru.broker.transport.FileRegion;
import naru.coordination.share.ShareKey;
import naru.log.LogSlice;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;
import naru.log.TimestampedOffset;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A {@link SharePartition} at work: loaded from the share coordinator, read from the partition's
 * log, written before it is believed.
 *
 * <pre>
 *   LOADING ──(state read)──▶ READY ──(fenced, leadership lost, state begun anew)──▶ CLOSED
 *      └──────────────────────(state cannot be read)────────────────────────────────┘
 * </pre>
 *
 * <p>Threads: any. Its lock guards the share partition and is held for reading batch headers, never
 * while others are called.
 */
final class ShareQueue {
    private static final Logger LOG = LoggerFactory.getLogger("naru.share");
    private static final int MOST_ROUNDS = 16;
    private static final long COPY_AGAIN_MILLIS = 1_000;

    private enum State {
        LOADING,
        READY,
        CLOSED
    }

    /** What a queue works with. */
    record Tools(
            ShareStore store,
            ShareSettings settings,
            DeadLetterTopic deadLetters,
            Alarm alarm,
            LongSupplier clock) {}

    /** What a member gets. */
    sealed interface Fetched {
        record Records(FileRegion region, List<Acquired> acquired) implements Fetched {
            long count() {
                return acquired.stream().mapToLong(Acquired::records).sum();
            }
        }

        /** Nothing for now. */
        record Nothing() implements Fetched {}

        record Failed(Errors error, String message) implements Fetched {}
    }

    /** Hears what became of acknowledgements. Called once, on any thread; must not block. */
    interface Settled {
        void onSettled(Errors error, String message);
    }

    private record Queued(Change change, @Nullable Settled settled) {}

    private final ShareKey key;
    private final Partition partition;
    private final PartitionLog firstLog;
    private final int leaderEpoch;
    private final Tools tools;
    private final Runnable onClosed;
    private final Deque<Queued> queued = new ArrayDeque<>();
    private List<DataListener> listeners = new ArrayList<>();

    private State state = State.LOADING;
    private Errors closedBy = Errors.NOT_LEADER_OR_FOLLOWER;
    private String closedBecause = "";
    private @Nullable SharePartition records;
    private int stateEpoch;
    private boolean writing;
    private boolean copying;
    private boolean resting;
    private long alarmAtMillis = SharePartition.NEVER;

    /** Up to where the log was seen when there was nothing to take. */
    private long seenEnd;

    private boolean awaitsData;

    ShareQueue(
            ShareKey key,
            Partition partition,
            PartitionLog log,
            int leaderEpoch,
            Tools tools,
            Runnable onClosed) {
        this.key = key;
        this.partition = partition;
        this.firstLog = log;
        this.leaderEpoch = leaderEpoch;
        this.tools = tools;
        this.onClosed = onClosed;
    }

    ShareKey key() {
        return key;
    }

    Partition partition() {
        return partition;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    private PartitionLog log() {
        return partition.ledLogOr(firstLog);
    }

    private ShareRules rules() {
        return tools.settings.rules(key.groupId());
    }

    // ---- life ----

    void load() {
        tools.store.read(
                key,
                leaderEpoch,
                new ShareStore.Reading() {
                    @Override
                    public void onRead(ShareStore.Stored stored) {
                        begin(stored);
                    }

                    @Override
                    public void onRefused(Errors error, String message) {
                        LOG.warn("the state of {} cannot be read: {}", key, message);
                        close(
                                error == Errors.INVALID_REQUEST
                                        ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                                        : Errors.NOT_LEADER_OR_FOLLOWER,
                                message);
                    }
                });
    }

    private void begin(ShareStore.Stored stored) {
        try {
            long start = stored.startOffset() >= 0 ? stored.startOffset() : beginning();
            synchronized (this) {
                if (state != State.LOADING) {
                    return;
                }
                SharePartition loaded = new SharePartition(start, stored.batches(), rules());
                loaded.onLogStart(log().logStartOffset());
                records = loaded;
                stateEpoch = stored.stateEpoch();
                state = State.READY;
                if (stored.startOffset() < 0) {
                    queued.add(new Queued(new Change(List.of(), false), null));
                }
            }
        } catch (RuntimeException e) {
            LOG.error("the state of {} cannot be used: {}", key, e.toString());
            close(Errors.UNKNOWN_SERVER_ERROR, "the share state cannot be used");
            return;
        }
        afterwards(true);
    }

    private long beginning() {
        long end = Partition.visibleEnd(log(), view());
        return switch (tools.settings.beginning(key.groupId())) {
            case ShareSettings.Beginning.Earliest earliest -> log().logStartOffset();
            case ShareSettings.Beginning.Latest latest -> end;
            case ShareSettings.Beginning.Ago ago ->
                    log().offsetForTimestamp(
                                    tools.clock.getAsLong() - ago.duration().toMillis(), end)
                            .map(TimestampedOffset::offset)
                            .orElse(end);
        };
    }

    View view() {
        return rules().committedOnly() ? View.COMMITTED : View.REPLICATED;
    }

    /** Nobody reads any more: it is closed when nothing is left to be written. */
    void rest() {
        synchronized (this) {
            resting = true;
        }
        afterwards(false);
    }

    /** Somebody reads again. */
    void wanted() {
        synchronized (this) {
            resting = false;
        }
    }

    private void closeIfUnused() {
        boolean unused;
        synchronized (this) {
            unused = resting && ready() != null && !writing && !copying && queued.isEmpty();
        }
        if (unused) {
            close(Errors.NOT_LEADER_OR_FOLLOWER, "nobody has read for a moment");
        }
    }

    /** Whoever waits is told; what was held is held no more. */
    void close(Errors error, String message) {
        List<Queued> lost;
        synchronized (this) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            closedBy = error;
            closedBecause = message;
            lost = List.copyOf(queued);
            queued.clear();
        }
        onClosed.run();
        lost.forEach(each -> tell(each, error, message));
        wakeAll();
    }

    // ---- reading ----

    /** Bytes that could be read now, at most so many; 0 when there is nothing to acquire. */
    long readable(int maxBytes) {
        synchronized (this) {
            SharePartition present = ready();
            if (present == null || !present.mayAcquire(rules())) {
                return 0;
            }
            seenEnd = Partition.visibleEnd(log(), view());
            ReadOutcome outcome = log().read(present.nextFetchOffset(), seenEnd, maxBytes, true);
            return outcome instanceof ReadOutcome.Found found ? found.slice().sizeBytes() : 0;
        }
    }

    Fetched fetch(String member, Wish wish, int maxBytes) {
        Fetched fetched;
        synchronized (this) {
            fetched = fetchNow(member, wish, maxBytes);
        }
        afterwards(false);
        return fetched;
    }

    private @Nullable SharePartition ready() {
        return state == State.READY ? records : null;
    }

    private Fetched fetchNow(String member, Wish wish, int maxBytes) {
        if (state == State.CLOSED) {
            return new Fetched.Failed(closedBy, closedBecause);
        }
        seenEnd = Partition.visibleEnd(log(), view());
        SharePartition present = ready();
        if (present == null) {
            return new Fetched.Nothing();
        }
        ShareRules rules = rules();
        expire(present, rules);
        present.onLogStart(log().logStartOffset());
        try {
            for (int round = 0; round < MOST_ROUNDS && present.mayAcquire(rules); round++) {
                long from = present.nextFetchOffset();
                if (!(log().read(from, seenEnd, maxBytes, true)
                        instanceof ReadOutcome.Found found)) {
                    break;
                }
                Fetched.Records taken = take(present, found.slice(), member, wish, rules);
                if (taken != null) {
                    return taken;
                }
                if (present.nextFetchOffset() <= from) {
                    break;
                }
            }
        } catch (IOException | LogStorageException e) {
            LOG.error("reading {} for {}: {}", partition.topicPartition(), key, e.getMessage());
            return new Fetched.Failed(Errors.KAFKA_STORAGE_ERROR, "the log cannot be read");
        }
        return new Fetched.Nothing();
    }

    private Fetched.@Nullable Records take(
            SharePartition present, LogSlice slice, String member, Wish wish, ShareRules rules)
            throws IOException {
        List<BatchHeaders.Batch> batches =
                BatchHeaders.of(
                        slice,
                        present.endOffset(),
                        wish.maxRecords(),
                        rules.committedOnly()
                                ? log().abortedTransactions(slice.baseOffset(), slice.nextOffset())
                                : List.of());
        List<Acquired> acquired =
                present.acquire(
                        member,
                        wish,
                        batches.stream().map(BatchHeaders.Batch::found).toList(),
                        rules,
                        tools.clock.getAsLong());
        if (acquired.isEmpty()) {
            return null;
        }
        int begin = -1;
        int end = 0;
        for (BatchHeaders.Batch batch : batches) {
            if (batch.found().last() >= acquired.getFirst().first()
                    && batch.found().first() <= acquired.getLast().last()) {
                begin = begin < 0 ? batch.at() : begin;
                end = batch.at() + batch.sizeBytes();
            }
        }
        return new Fetched.Records(
                new FileRegion(slice.channel(), slice.position() + begin, end - begin), acquired);
    }

    /** Registers who waits for records to become available. */
    void await(DataListener listener) {
        long end;
        synchronized (this) {
            if (state == State.CLOSED) {
                end = -1;
            } else {
                listeners.removeIf(DataListener::isDone);
                listeners.add(listener);
                SharePartition present = ready();
                if (present == null || awaitsData || !present.mayAcquire(rules())) {
                    return;
                }
                awaitsData = true;
                end = seenEnd;
            }
        }
        if (end < 0) {
            listener.onChange();
        } else if (!partition.awaitData(new NewData(), view(), end)) {
            onNewData();
        }
    }

    /** Hears for all who wait here that the log has more. */
    private final class NewData implements DataListener {
        @Override
        public void onChange() {
            onNewData();
        }

        @Override
        public boolean isDone() {
            return false;
        }
    }

    private void onNewData() {
        synchronized (this) {
            awaitsData = false;
        }
        wakeAll();
    }

    // ---- settling ----

    void acknowledge(String member, List<Acknowledgement> all, Settled settled) {
        Settling.Outcome outcome;
        synchronized (this) {
            SharePartition present = ready();
            if (present == null) {
                outcome =
                        state == State.CLOSED
                                ? new Settling.Refused(closedBy, closedBecause)
                                : new Settling.Refused(
                                        Errors.INVALID_RECORD_STATE,
                                        "the share partition is being loaded");
            } else {
                present.onLogStart(log().logStartOffset());
                outcome = present.acknowledge(member, all, rules(), tools.clock.getAsLong());
                if (outcome instanceof Settling.Settled(Change change, long deadline)
                        && change != null) {
                    queued.add(new Queued(change, settled));
                }
            }
        }
        switch (outcome) {
            case Settling.Refused refused -> settled.onSettled(refused.error(), refused.message());
            case Settling.Settled made -> {
                if (made.change() == null) {
                    settled.onSettled(Errors.NONE, "");
                }
            }
        }
        afterwards(false);
    }

    /** The member's session is over. */
    void release(String member) {
        boolean released;
        synchronized (this) {
            SharePartition present = ready();
            released = present != null && note(present.release(member, rules()));
        }
        afterwards(released);
    }

    private boolean note(@Nullable Change change) {
        if (change != null) {
            queued.add(new Queued(change, null));
        }
        return change != null;
    }

    // ---- time ----

    private boolean expire(SharePartition present, ShareRules rules) {
        return note(present.expire(rules, tools.clock.getAsLong()));
    }

    private void onAlarm(long atMillis) {
        boolean expired = false;
        synchronized (this) {
            if (atMillis == alarmAtMillis) {
                alarmAtMillis = SharePartition.NEVER;
            }
            SharePartition present = ready();
            if (present != null) {
                expired = expire(present, rules());
            }
        }
        afterwards(expired);
    }

    private void setAlarm() {
        long now = tools.clock.getAsLong();
        long next;
        synchronized (this) {
            SharePartition present = ready();
            next = present == null ? SharePartition.NEVER : present.nextDeadlineMillis();
            if (next >= alarmAtMillis) {
                return;
            }
            alarmAtMillis = next;
        }
        tools.alarm.after(Math.max(1, next - now), () -> onAlarm(next));
    }

    /** What is due when something has changed: writing, copying, waking, the next look. */
    private void afterwards(boolean moreAvailable) {
        write();
        copyDeadLetters();
        closeIfUnused();
        setAlarm();
        if (moreAvailable) {
            wakeAll();
        }
    }

    private void wakeAll() {
        List<DataListener> woken;
        synchronized (this) {
            if (listeners.isEmpty()) {
                return;
            }
            woken = listeners;
            listeners = new ArrayList<>();
        }
        for (DataListener listener : woken) {
            if (!listener.isDone()) {
                listener.onChange();
            }
        }
    }

    // ---- writing ----

    /** One write is under way at most; what comes meanwhile goes into the next. */
    private void write() {
        List<Queued> taken;
        SharePartition.Write write;
        synchronized (this) {
            SharePartition present = ready();
            if (writing || queued.isEmpty() || present == null) {
                return;
            }
            writing = true;
            taken = List.copyOf(queued);
            queued.clear();
            write = present.write(taken.stream().map(Queued::change).toList());
        }
        tools.store.write(
                key,
                stateEpoch,
                leaderEpoch,
                write,
                (error, message) -> onWritten(taken, error, message));
    }

    private void onWritten(List<Queued> taken, Errors error, String message) {
        synchronized (this) {
            writing = false;
            SharePartition present = records;
            if (present != null) {
                for (Queued each : taken) {
                    if (error == Errors.NONE) {
                        present.written(each.change());
                    } else {
                        present.notWritten(each.change());
                    }
                }
            }
        }
        taken.forEach(each -> tell(each, error, message));
        if (error != Errors.NONE) {
            LOG.warn("the state of {} is not written: {}", key, message);
            if (isFencing(error)) {
                close(Errors.NOT_LEADER_OR_FOLLOWER, message);
                return;
            }
        }
        afterwards(true);
    }

    private static void tell(Queued queued, Errors error, String message) {
        Settled settled = queued.settled();
        if (settled != null) {
            settled.onSettled(error, message);
        }
    }

    /** Whether what is known here holds no longer. */
    private static boolean isFencing(Errors error) {
        return error == Errors.FENCED_LEADER_EPOCH
                || error == Errors.FENCED_STATE_EPOCH
                || error == Errors.INVALID_REQUEST
                || error == Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    // ---- dead letters ----

    private void copyDeadLetters() {
        DeadLetters taken;
        synchronized (this) {
            SharePartition present = ready();
            if (copying || present == null) {
                return;
            }
            taken = present.takeDeadLetters(DeadLetterTopic.MOST_RECORDS);
            if (taken == null) {
                return;
            }
            copying = true;
        }
        tools.deadLetters.copy(key, partition, log(), taken, copied -> onCopied(taken, copied));
    }

    private void onCopied(DeadLetters taken, boolean copied) {
        synchronized (this) {
            copying = !copied;
            SharePartition present = ready();
            if (present == null) {
                return;
            }
            if (copied) {
                note(present.archive(taken));
            } else {
                present.copyAgain(taken);
            }
        }
        if (copied) {
            afterwards(true);
        } else {
            tools.alarm.after(COPY_AGAIN_MILLIS, this::mayCopyAgain);
        }
    }

    private void mayCopyAgain() {
        synchronized (this) {
            copying = false;
        }
        afterwards(false);
    }
}
