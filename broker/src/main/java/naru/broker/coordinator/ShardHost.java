package naru.broker.coordinator;

import naru.broker.partition.CommitListener;
import naru.broker.partition.TransactionMarker;
import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;
import naru.coordination.Shard;
import naru.log.AppendOutcome;
import naru.log.producer.AppendTerms;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * One shard with its log, for as long as this broker leads the partition in one epoch.
 *
 * <pre>
 *   LOADING ──(log applied)──▶ ACTIVE ──(leadership lost, or not what the log says)──▶ CLOSED
 *      └────────(leadership lost, or the log cannot be read)──────────────────────────────┘
 * </pre>
 *
 * <p>Threads: called by any; the shard is touched inside the mailbox only. Failures: a command
 * whose records cannot be appended is refused; a bug in the shard's deciding refuses its command
 * and is logged; after one between append and apply nobody knows whether the shard still is what
 * its log says, so it is given up and another host loads the log.
 */
final class ShardHost<C> implements Effects.Decider<C> {
    private static final Logger LOG = LoggerFactory.getLogger("naru.coordinator");

    private enum State {
        LOADING,
        ACTIVE,
        CLOSED
    }

    /**
     * @param commitTimeoutMillis how long a reply waits for its records to be committed
     * @param loadBytes how much of the log is read at a time
     */
    record Options(Compression compression, int commitTimeoutMillis, int loadBytes) {}

    private final ShardLog log;
    private final Shard<C> shard;
    private final Options options;
    private final Effects<C> effects;
    private final LongSupplier clock;
    private final Alarm alarm;
    private final Consumer<ShardHost<C>> onBroken;
    private final Mailbox mailbox;

    /** Who waits, by ticket; whoever takes an entry out answers it. */
    private final Map<Long, Answer> answers = new ConcurrentHashMap<>();

    private volatile State state = State.LOADING;
    private boolean unreadable;
    private boolean loaded;
    private long lastTicket;
    private Errors lastRefusal = Errors.NONE;
    private long appendedEnd;
    private long alarmAtMillis = Shard.NEVER;

    /**
     * @param onBroken told when this host has given up a shard that may not be what its log says
     */
    ShardHost(
            ShardLog log,
            Shard<C> shard,
            Options options,
            Effects<C> effects,
            LongSupplier clock,
            Alarm alarm,
            Consumer<ShardHost<C>> onBroken) {
        this.log = log;
        this.shard = shard;
        this.options = options;
        this.effects = effects;
        this.clock = clock;
        this.alarm = alarm;
        this.onBroken = onBroken;
        this.mailbox = new Mailbox(alarm::soon);
    }

    // ---- life ----

    void load() {
        mailbox.runElsewhere(this::loadNow);
    }

    private void loadNow() {
        if (state != State.LOADING) {
            return;
        }
        long began = clock.getAsLong();
        try {
            ShardLoading.Loaded found = new ShardLoading(log, shard).load(options.loadBytes());
            appendedEnd = found.endOffset();
            state = State.ACTIVE;
            carryOut(shard.onLoaded(clock.getAsLong()));
            serveDeadlines();
            loaded = state == State.ACTIVE;
            LOG.debug(
                    "{}: {} records loaded in {} ms",
                    log.name(),
                    found.records(),
                    clock.getAsLong() - began);
        } catch (RuntimeException | Error e) {
            unreadable = true;
            state = State.CLOSED;
            LOG.error(
                    "{} cannot be loaded, so what it coordinates is not served here: {}",
                    log.name(),
                    e.toString(),
                    e);
        }
    }

    void close() {
        mailbox.run(() -> {
            if (state == State.ACTIVE) {
                state = State.CLOSED;
                shard.onUnloaded(clock.getAsLong()).forEach(this::answer);
            }
            state = State.CLOSED;
            refuseAll("leadership has moved");
        });
    }

    /**
     * Who comes next finds the host that has loaded the log, which says what did happen. What goes
     * wrong while loading would do so again and again.
     */
    private void giveUp(Throwable bug) {
        LOG.error(
                "{}: what was recorded may not be what is known here, so it is {}; this is a bug in"
                        + " Naru",
                log.name(),
                loaded ? "loaded anew" : "not served until the node is restarted",
                bug);
        state = State.CLOSED;
        refuseAll("the coordinator has given up what it knew");
        if (loaded) {
            onBroken.accept(this);
        } else {
            unreadable = true;
        }
    }

    private void refuseAll(String why) {
        for (Long ticket : List.copyOf(answers.keySet())) {
            refuse(ticket, Errors.NOT_COORDINATOR, why);
        }
    }

    // ---- commands ----

    void ask(LongFunction<? extends C> command, Answer answer) {
        mailbox.run(() -> askNow(command, answer));
    }

    private void askNow(LongFunction<? extends C> command, Answer answer) {
        switch (state) {
            case LOADING ->
                    answer.refuse(
                            Errors.COORDINATOR_LOAD_IN_PROGRESS, log.name() + " is being loaded");
            case CLOSED ->
                    answer.refuse(
                            Errors.NOT_COORDINATOR, "this broker does not lead " + log.name());
            case ACTIVE -> {
                long ticket = ++lastTicket;
                answers.put(ticket, answer);
                try {
                    carryOut(shard.decide(command.apply(ticket), clock.getAsLong()));
                    serveDeadlines();
                } catch (RuntimeException | Error e) {
                    LOG.error("{}: a command failed; this is a bug in Naru", log.name(), e);
                    refuse(ticket, Errors.UNKNOWN_SERVER_ERROR, "see the node's log");
                }
            }
        }
    }

    @Override
    public void tell(C command) {
        mailbox.run(() -> {
            if (state == State.ACTIVE) {
                try {
                    carryOut(shard.decide(command, clock.getAsLong()));
                    serveDeadlines();
                } catch (RuntimeException e) {
                    LOG.error("{}: a command failed; this is a bug in Naru", log.name(), e);
                }
            }
        });
    }

    @Override
    public boolean isHosted() {
        return state != State.CLOSED;
    }

    /**
     * Appends the marker and applies it. A log that could not be loaded takes it too: it is for who
     * reads the log next.
     */
    void endTransaction(TransactionMarker marker, CommitListener written) {
        mailbox.run(() -> {
            if (state == State.LOADING || (state == State.CLOSED && !unreadable)) {
                written.onLost(Errors.COORDINATOR_LOAD_IN_PROGRESS, log.name() + " is not loaded");
                return;
            }
            AppendOutcome outcome;
            try {
                outcome = endTransactionNow(marker);
            } catch (RuntimeException | Error e) {
                giveUp(e);
                written.onLost(
                        Errors.COORDINATOR_LOAD_IN_PROGRESS, "the coordinator loads its log");
                return;
            }
            switch (outcome) {
                case AppendOutcome.Appended appended ->
                        log.awaitCommit(appended.lastOffset() + 1, written);
                case AppendOutcome.Duplicate duplicate ->
                        throw new IllegalStateException("a marker has no sequence number");
                case AppendOutcome.Refused refused ->
                        written.onLost(refused.error(), refused.message());
            }
        });
    }

    private AppendOutcome endTransactionNow(TransactionMarker marker) {
        AppendOutcome outcome =
                log.append(
                        marker.batch(clock.getAsLong()),
                        AppendTerms.marker(marker.transactionVersion()));
        if (outcome instanceof AppendOutcome.Appended appended) {
            appendedEnd = appended.lastOffset() + 1;
            if (state == State.ACTIVE) {
                shard.applyTransactionEnd(marker.producerId(), marker.commit());
            }
        }
        return outcome;
    }

    /** Carries out an event until it has nothing more to record. */
    void happen(C event) {
        mailbox.runElsewhere(() -> happenNow(event));
    }

    private void happenNow(C event) {
        if (state != State.ACTIVE) {
            return;
        }
        try {
            Decision decision = shard.decide(event, clock.getAsLong());
            if (!decision.records().isEmpty() && carryOut(decision)) {
                happen(event);
            }
        } catch (RuntimeException e) {
            LOG.error("{}: an event failed; this is a bug in Naru", log.name(), e);
        }
    }

    /** Lets go of what loading would not need. */
    void prune() {
        mailbox.runElsewhere(() -> {
            if (state == State.ACTIVE) {
                long needed = shard.oldestNeededOffset();
                log.awaitCommit(appendedEnd, new Pruning(needed));
            }
        });
    }

    /** What stands for the older records has to be committed before they go. */
    private final class Pruning implements CommitListener {
        private final long needed;

        Pruning(long needed) {
            this.needed = needed;
        }

        @Override
        public void onCommitted() {
            log.deleteBelow(needed);
        }

        @Override
        public void onLost(Errors error, String message) {
            LOG.debug("{} is not cleared: {}", log.name(), message);
        }
    }

    // ---- deadlines ----

    private void serveDeadlines() {
        long now = clock.getAsLong();
        while (state == State.ACTIVE && shard.nextDeadlineMillis() <= now) {
            carryOut(shard.onDeadline(now));
        }
        long next = shard.nextDeadlineMillis();
        if (next < alarmAtMillis) {
            alarmAtMillis = next;
            alarm.after(Math.max(1, next - now), () -> mailbox.run(() -> onAlarm(next)));
        }
    }

    private void onAlarm(long atMillis) {
        if (atMillis == alarmAtMillis) {
            alarmAtMillis = Shard.NEVER;
        }
        if (state == State.ACTIVE) {
            try {
                serveDeadlines();
            } catch (RuntimeException e) {
                LOG.error("{}: a deadline failed; this is a bug in Naru", log.name(), e);
            }
        }
    }

    // ---- decisions ----

    /** Appends, applies, and answers when it is committed. False when it was not appended. */
    private boolean carryOut(Decision decision) {
        if (!decision.records().isEmpty()) {
            AppendOutcome outcome;
            try {
                outcome = appendAndApply(decision);
            } catch (RuntimeException | Error e) {
                giveUp(e);
                return false;
            }
            if (outcome instanceof AppendOutcome.Refused refused) {
                onRefused(decision, refused);
                return false;
            }
        }
        if (!decision.effects().isEmpty()) {
            log.awaitCommit(appendedEnd, new Effecting(decision.effects()));
        }
        if (!decision.replies().isEmpty()) {
            answerWhenCommitted(decision.replies());
        }
        return true;
    }

    private AppendOutcome appendAndApply(Decision decision) {
        ByteBuffer batches =
                RecordBatches.of(
                        decision.records(),
                        decision.transaction(),
                        options.compression(),
                        log.maxBatchBytes(),
                        clock.getAsLong());
        AppendOutcome outcome = log.append(batches, terms(decision.transaction()));
        switch (outcome) {
            case AppendOutcome.Appended appended -> {
                appendedEnd = appended.lastOffset() + 1;
                lastRefusal = Errors.NONE;
                apply(decision, appended.baseOffset());
            }
            case AppendOutcome.Duplicate duplicate ->
                    throw new IllegalStateException("a coordinator's append has no producer");
            case AppendOutcome.Refused refused -> {}
        }
        return outcome;
    }

    private static AppendTerms terms(Decision.@Nullable Transaction transaction) {
        return transaction == null
                ? AppendTerms.UNVERIFIED
                : AppendTerms.verified(transaction.verifiedAt());
    }

    private void apply(Decision decision, long firstOffset) {
        Decision.Transaction transaction = decision.transaction();
        long offset = firstOffset;
        for (CoordinatorRecord record : decision.records()) {
            if (transaction == null) {
                shard.apply(record, offset++);
            } else {
                shard.applyTransactional(transaction.producerId(), record);
            }
        }
    }

    private void onRefused(Decision decision, AppendOutcome.Refused refused) {
        if (decision.transaction() == null && refused.error() != lastRefusal) {
            lastRefusal = refused.error();
            LOG.warn("{} takes no records for now: {}", log.name(), refused.message());
        }
        Errors error = CoordinatorErrors.ofAppend(refused.error());
        decision.held().forEach(ticket -> refuse(ticket, error, refused.message()));
        decision.replies().forEach(reply -> refuse(reply.ticket(), error, refused.message()));
    }

    /** Replies that carry no records of their own also tell of records before them. */
    private void answerWhenCommitted(List<Decision.Reply> replies) {
        Committing committing = new Committing(new ArrayList<>(replies));
        log.awaitCommit(appendedEnd, committing);
        if (!committing.isDone) {
            alarm.after(
                    options.commitTimeoutMillis(),
                    () ->
                            committing.onLost(
                                    Errors.REQUEST_TIMED_OUT,
                                    "the records were not replicated in time"));
        }
    }

    /** Does not give up: who leads next finds in the log what is still to be brought about. */
    private final class Effecting implements CommitListener {
        private final List<Decision.Effect> decided;

        Effecting(List<Decision.Effect> decided) {
            this.decided = decided;
        }

        @Override
        public void onCommitted() {
            for (Decision.Effect effect : decided) {
                try {
                    effects.bringAbout(effect, ShardHost.this);
                } catch (RuntimeException e) {
                    LOG.error("{}: {} failed; this is a bug in Naru", log.name(), effect, e);
                }
            }
        }

        @Override
        public void onLost(Errors error, String message) {
            LOG.debug("{}: effects are left to the next leader: {}", log.name(), message);
        }
    }

    private final class Committing implements CommitListener {
        private final List<Decision.Reply> replies;
        private volatile boolean isDone;

        Committing(List<Decision.Reply> replies) {
            this.replies = replies;
        }

        @Override
        public void onCommitted() {
            isDone = true;
            replies.forEach(ShardHost.this::answer);
        }

        @Override
        public void onLost(Errors error, String message) {
            isDone = true;
            Errors told = CoordinatorErrors.ofAppend(error);
            replies.forEach(reply -> refuse(reply.ticket(), told, message));
        }
    }

    private void answer(Decision.Reply reply) {
        Answer answer = answers.remove(reply.ticket());
        if (answer != null) {
            answer.reply(reply.response());
        }
    }

    private void refuse(long ticket, Errors error, String message) {
        Answer answer = answers.remove(ticket);
        if (answer != null) {
            answer.refuse(error, message);
        }
    }
}
