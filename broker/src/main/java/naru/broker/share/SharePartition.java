package naru.broker.share;

import naru.broker.share.Acquisition.Acknowledgement;
import naru.broker.share.Acquisition.Acquired;
import naru.broker.share.Acquisition.Found;
import naru.broker.share.Acquisition.Wish;
import naru.coordination.share.DeliveryState;
import naru.coordination.share.StateBatch;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * A partition as one share group reads it: who holds which record, and what has become of the
 * others. A pure state machine: time is passed in, and what has to be written is given out as a
 * {@link Change}.
 *
 * <pre>
 *   AVAILABLE ──acquire──▶ ACQUIRED ──accept──▶ ACKNOWLEDGED
 *       ▲                     │ ├────reject, limit─▶ ARCHIVING ──copied──▶ ARCHIVED
 *       └──release, time-out──┘ └────gap, no dead-letter topic ──────────────▲
 * </pre>
 *
 * <p>An acknowledgement takes effect with {@link #written}; until then its records are nobody's to
 * take. Invariants: a record is held by one member at most; between start and end the runs leave no
 * hole; the start never moves back.
 *
 * <p>Threads: one at a time.
 */
final class SharePartition {
    static final long NEVER = Long.MAX_VALUE;

    private final Runs runs;
    private long nextDeadlineMillis = NEVER;

    /** Nothing below this offset is available. */
    private long availableFrom;

    /**
     * @param startOffset the first record that is not settled
     * @param batches what is known from it on, in order
     * @param rules decide why records are in the dead-letter topic's queue
     */
    SharePartition(long startOffset, List<StateBatch> batches, ShareRules rules) {
        this.runs = new Runs(startOffset);
        this.availableFrom = startOffset;
        for (StateBatch batch : batches) {
            if (batch.first() > runs.end()) {
                runs.append(
                        new Run(runs.end(), batch.first() - 1, DeliveryState.AVAILABLE, (short) 0));
            }
            Run run = new Run(batch.first(), batch.last(), batch.state(), batch.deliveryCount());
            if (batch.state() == DeliveryState.ARCHIVING) {
                run.cause =
                        batch.deliveryCount() >= rules.deliveryCountLimit()
                                ? DeadLetterCause.DELIVERED_TOO_OFTEN
                                : DeadLetterCause.REJECTED;
            }
            runs.append(run);
        }
        runs.passSettled();
    }

    // ---- acquiring ----

    long startOffset() {
        return runs.start();
    }

    /** The offset after the last record that was ever given out. */
    long endOffset() {
        return runs.end();
    }

    /** Where to read: the first record that is available, or the first that was never given out. */
    long nextFetchOffset() {
        for (Run run : runs.from(availableFrom)) {
            if (run.isAvailable() && run.last >= availableFrom) {
                availableFrom = Math.max(run.first, availableFrom);
                return availableFrom;
            }
        }
        availableFrom = runs.end();
        return availableFrom;
    }

    /** Whether something could be acquired if the log has it. */
    boolean mayAcquire(ShareRules rules) {
        return nextFetchOffset() < runs.end() || room(rules) > 0;
    }

    private long room(ShareRules rules) {
        return rules.maxRecordLocks() - (runs.end() - runs.start());
    }

    /**
     * Gives the member what is available of these batches. Offsets between them, and batches that
     * are not to be delivered, are archived.
     *
     * @param found in order, as read from {@link #nextFetchOffset} on
     */
    List<Acquired> acquire(
            String member, Wish wish, List<Found> found, ShareRules rules, long nowMillis) {
        Taking taking = new Taking(member, wish, rules, nowMillis);
        long expected = nextFetchOffset();
        for (Found batch : found) {
            if (batch.last() < expected) {
                continue;
            }
            if (batch.first() > expected) {
                pass(expected, batch.first() - 1);
            }
            long first = Math.max(batch.first(), runs.start());
            if (!batch.deliverable()) {
                pass(first, batch.last());
            } else if (!taking.take(first, batch.last())) {
                break;
            }
            expected = Math.max(expected, batch.last() + 1);
        }
        runs.passSettled();
        return taking.acquired;
    }

    /** There is nothing here for anybody: archives what is not yet decided. */
    private void pass(long first, long last) {
        if (first < runs.end()) {
            long within = Math.min(last, runs.end() - 1);
            for (Run run : runs.cut(Math.max(first, runs.start()), within)) {
                if (run.isAvailable()) {
                    run.become(DeliveryState.ARCHIVED);
                }
            }
            runs.join(first, within);
        }
        if (last >= runs.end()) {
            runs.append(new Run(runs.end(), last, DeliveryState.ARCHIVED, (short) 0));
        }
    }

    /** One member's taking of records, batch by batch. */
    private final class Taking {
        private final String member;
        private final Wish wish;
        private final ShareRules rules;
        private final long deadlineMillis;
        private final List<Acquired> acquired = new ArrayList<>();
        private long count;

        Taking(String member, Wish wish, ShareRules rules, long nowMillis) {
            this.member = member;
            this.wish = wish;
            this.rules = rules;
            this.deadlineMillis = nowMillis + rules.lockMillis();
        }

        /** False when no more is to be taken. */
        boolean take(long first, long last) {
            if (count >= wish.maxRecords()) {
                return false;
            }
            if (first < runs.end()) {
                for (Run run : runs.touching(first, Math.min(last, runs.end() - 1))) {
                    if (run.isAvailable() && !takeAgain(run, first, last)) {
                        return false;
                    }
                }
            }
            if (last >= runs.end()) {
                long fresh = Math.min(last - runs.end() + 1, Math.min(room(rules), left()));
                if (fresh <= 0) {
                    return false;
                }
                Run run =
                        new Run(
                                runs.end(),
                                runs.end() + fresh - 1,
                                DeliveryState.AVAILABLE,
                                (short) 0);
                hold(run);
                Acquired taken = new Acquired(run.first, run.last, run.deliveryCount);
                runs.append(run);
                add(taken);
                return runs.end() > last;
            }
            return count < wish.maxRecords();
        }

        private long left() {
            return wish.strict() ? wish.maxRecords() - count : Long.MAX_VALUE;
        }

        /** A record on its last delivery goes alone, so that it takes no other with it. */
        private boolean takeAgain(Run available, long first, long last) {
            boolean lastChance = available.deliveryCount + 1 >= rules.deliveryCountLimit();
            if (lastChance && count > 0) {
                return false;
            }
            long from = Math.max(available.first, first);
            long most = lastChance ? 1 : left();
            long to = Math.min(available.last, last);
            if (to - from >= most) {
                to = from + most - 1;
            }
            for (Run run : runs.cut(from, to)) {
                hold(run);
                add(new Acquired(run.first, run.last, run.deliveryCount));
            }
            runs.join(from, to);
            return !lastChance && (!wish.strict() || count < wish.maxRecords());
        }

        private void hold(Run run) {
            run.become(DeliveryState.ACQUIRED);
            run.holder = member;
            run.deadlineMillis = deadlineMillis;
            run.deliveryCount = (short) Math.min(Short.MAX_VALUE, run.deliveryCount + 1);
            nextDeadlineMillis = Math.min(nextDeadlineMillis, deadlineMillis);
            count += run.records();
        }

        private void add(Acquired next) {
            Acquired before = acquired.isEmpty() ? null : acquired.getLast();
            if (before != null
                    && before.last() + 1 == next.first()
                    && before.deliveryCount() == next.deliveryCount()
                    && before.records() < wish.batchSize()) {
                acquired.set(
                        acquired.size() - 1,
                        new Acquired(before.first(), next.last(), next.deliveryCount()));
            } else {
                acquired.add(next);
            }
        }
    }

    // ---- settling ----

    /** Takes a member's acknowledgements: all of them or, when one may not be, none. */
    Settling.Outcome acknowledge(
            String member, List<Acknowledgement> all, ShareRules rules, long nowMillis) {
        Settling settling = new Settling(runs, member, rules);
        Settling.Refused refused = settling.check(all);
        if (refused != null) {
            return refused;
        }
        Settling.Settled settled = settling.settle(nowMillis + rules.lockMillis());
        nextDeadlineMillis = Math.min(nextDeadlineMillis, settled.deadlineMillis());
        return settled;
    }

    /** The change has been written: it takes effect. */
    void written(Change change) {
        if (change.pending()) {
            for (StateBatch batch : change.batches()) {
                for (Run run : runs.touching(batch.first(), batch.last())) {
                    if (run.change == change) {
                        run.become(run.target);
                        noteAvailable(run);
                    }
                }
                runs.join(batch.first(), batch.last());
            }
            runs.passSettled();
        }
    }

    /** The change could not be written: its records are held as before. */
    void notWritten(Change change) {
        if (change.pending()) {
            for (StateBatch batch : change.batches()) {
                for (Run run : runs.touching(batch.first(), batch.last())) {
                    if (run.change == change) {
                        run.change = null;
                        run.target = run.state;
                        run.cause = null;
                        nextDeadlineMillis = Math.min(nextDeadlineMillis, run.deadlineMillis);
                    }
                }
                runs.join(batch.first(), batch.last());
            }
        }
    }

    /** The member has gone: what it holds is available again, or given up. */
    @Nullable Change release(String member, ShareRules rules) {
        List<StateBatch> released = new ArrayList<>();
        for (Run run : List.copyOf(runs.all())) {
            if (run.state == DeliveryState.ACQUIRED && member.equals(run.holder)) {
                if (run.change == null) {
                    released.add(giveBack(run, rules));
                } else {
                    run.deadlineMillis = 0;
                }
            }
        }
        return happened(released);
    }

    /** What was held for too long is available again, or given up. */
    @Nullable Change expire(ShareRules rules, long nowMillis) {
        if (nowMillis < nextDeadlineMillis) {
            return null;
        }
        nextDeadlineMillis = NEVER;
        List<StateBatch> expired = new ArrayList<>();
        for (Run run : List.copyOf(runs.all())) {
            if (run.state == DeliveryState.ACQUIRED && run.change == null) {
                if (run.deadlineMillis <= nowMillis) {
                    expired.add(giveBack(run, rules));
                } else {
                    nextDeadlineMillis = Math.min(nextDeadlineMillis, run.deadlineMillis);
                }
            }
        }
        return happened(expired);
    }

    private StateBatch giveBack(Run run, ShareRules rules) {
        DeliveryState next = Settling.released(run, rules);
        run.become(next);
        run.cause = next == DeliveryState.ARCHIVING ? DeadLetterCause.DELIVERED_TOO_OFTEN : null;
        noteAvailable(run);
        return run.as(next);
    }

    private void noteAvailable(Run run) {
        if (run.isAvailable()) {
            availableFrom = Math.min(availableFrom, run.first);
        }
    }

    private @Nullable Change happened(List<StateBatch> batches) {
        if (batches.isEmpty()) {
            return null;
        }
        runs.join(runs.start(), runs.end() - 1);
        runs.passSettled();
        return new Change(batches, false);
    }

    /** When {@link #expire} may have something to do, or {@link #NEVER}. */
    long nextDeadlineMillis() {
        return nextDeadlineMillis;
    }

    /** Records below the offset have left the log. True when that concerned records here. */
    boolean onLogStart(long logStartOffset) {
        boolean moves = logStartOffset > runs.start();
        runs.dropBelow(logStartOffset);
        runs.passSettled();
        return moves;
    }

    // ---- dead letters ----

    /** Records that are to be copied. They stand in one run. */
    record DeadLetters(long first, long last, short deliveryCount, DeadLetterCause cause) {}

    /** The next records to be copied to the dead-letter topic, at most so many; null: none. */
    @Nullable DeadLetters takeDeadLetters(int most) {
        for (Run run : runs.all()) {
            if (run.state == DeliveryState.ARCHIVING && !run.copying && run.cause != null) {
                long last = Math.min(run.last, run.first + most - 1);
                for (Run taken : runs.cut(run.first, last)) {
                    taken.copying = true;
                }
                return new DeadLetters(run.first, last, run.deliveryCount, run.cause);
            }
        }
        return null;
    }

    /** They have been copied, or never can be. */
    @Nullable Change archive(DeadLetters copied) {
        List<StateBatch> archived = new ArrayList<>();
        for (Run run : runs.touching(copied.first(), copied.last())) {
            if (run.copying) {
                run.become(DeliveryState.ARCHIVED);
                run.cause = null;
                run.copying = false;
                archived.add(run.as(DeliveryState.ARCHIVED));
            }
        }
        return happened(archived);
    }

    /** They could not be copied now. */
    void copyAgain(DeadLetters failed) {
        for (Run run : runs.touching(failed.first(), failed.last())) {
            run.copying = false;
        }
        runs.join(failed.first(), failed.last());
    }

    // ---- writing ----

    /**
     * What to tell the share coordinator.
     *
     * @param startOffset as it will be when this is written
     * @param settledCount records at or above it that will be settled then
     */
    record Write(long startOffset, int settledCount, List<StateBatch> batches) {}

    /** All these changes in one. No other write of this share partition may be under way. */
    Write write(List<Change> changes) {
        long start = runs.end();
        long settled = 0;
        for (Run run : runs.all()) {
            boolean isSettled =
                    (run.change == null || changes.contains(run.change)) && run.willBeSettled();
            if (!isSettled && start == runs.end()) {
                start = run.first;
            } else if (isSettled && start != runs.end()) {
                settled += run.records();
            }
        }
        List<StateBatch> batches = new ArrayList<>();
        for (Change change : changes) {
            for (StateBatch batch : change.batches()) {
                if (batch.last() >= start) {
                    batches.add(
                            new StateBatch(
                                    Math.max(start, batch.first()),
                                    batch.last(),
                                    batch.state(),
                                    batch.deliveryCount()));
                }
            }
        }
        return new Write(start, (int) Math.min(Integer.MAX_VALUE, settled), batches);
    }

    // ---- for those who watch ----

    int runCount() {
        return runs.count();
    }

    Iterable<Run> runs() {
        return runs.all();
    }
}
