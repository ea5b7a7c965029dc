package naru.coordination.transaction;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;
import naru.coordination.Shard;
import naru.coordination.transaction.TransactionCommand.AddPartitions;
import naru.coordination.transaction.TransactionCommand.EndTxn;
import naru.coordination.transaction.TransactionCommand.InitProducerId;
import naru.coordination.transaction.TransactionCommand.MarkersWritten;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The transactional ids of one partition of {@code __transaction_state}.
 *
 * <p>All but who waits for what changes in {@link #apply} only. Threads: one at a time.
 */
public final class TransactionShard implements Shard<TransactionCommand> {
    private record Due(long millis, String id) {}

    private final TransactionSettings settings;
    private final Initializing initializing;
    private final int coordinatorEpoch;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, Due> dues = new HashMap<>();
    private final TreeSet<Due> earliest =
            new TreeSet<>(Comparator.comparingLong(Due::millis).thenComparing(Due::id));
    private long nextExpiryMillis = NEVER;

    /**
     * @param coordinatorEpoch leader epoch of the partition
     */
    public TransactionShard(TransactionSettings settings, int coordinatorEpoch) {
        this.settings = settings;
        this.initializing = new Initializing(settings);
        this.coordinatorEpoch = coordinatorEpoch;
    }

    // ---- commands ----

    @Override
    public Decision decide(TransactionCommand command, long nowMillis) {
        Draft draft = new Draft(nowMillis, coordinatorEpoch);
        switch (command) {
            case TransactionCommand.Asked asked -> decide(asked, OptionalLong.empty(), draft);
            case TransactionCommand.ProducerIdGiven given ->
                    decide(given.request(), OptionalLong.of(given.producerId()), draft);
            case TransactionCommand.ProducerIdRefused refused ->
                    refuse(refused.request(), refused.error(), draft);
            case MarkersWritten written -> onMarkersWritten(written, draft);
        }
        return draft.decision();
    }

    private void decide(TransactionCommand.Asked asked, OptionalLong givenId, Draft draft) {
        switch (asked) {
            case InitProducerId init -> init(init, givenId, draft);
            case AddPartitions add -> Adding.add(asking(add.transactionalId()), add, draft);
            case EndTxn end ->
                    Ending.end(asking(end.request().transactionalId()), end, givenId, draft);
            case TransactionCommand.DescribeTransaction describe ->
                    TransactionQueries.describe(
                            entries.get(describe.transactionalId()), describe, draft);
            case TransactionCommand.ListTransactions list ->
                    TransactionQueries.list(entries.values(), list, draft);
        }
    }

    private void init(InitProducerId init, OptionalLong givenId, Draft draft) {
        Entry entry = asking(init.request().transactionalId());
        if (entry == null && entries.size() >= TransactionSettings.IDS_PER_SHARD) {
            Initializing.refuse(init, Errors.POLICY_VIOLATION, draft);
        } else {
            initializing.init(entry, init, givenId, draft);
        }
    }

    /** What an earlier decision proposed and could not record is forgotten. */
    private @Nullable Entry asking(@Nullable String transactionalId) {
        Entry entry = transactionalId == null ? null : entries.get(transactionalId);
        if (entry != null) {
            entry.propose(null);
        }
        return entry;
    }

    private static void refuse(TransactionCommand.Asked asked, Errors error, Draft draft) {
        switch (asked) {
            case InitProducerId init -> Initializing.refuse(init, error, draft);
            case EndTxn end -> draft.reply(end.ticket(), Ending.refused(error));
            case AddPartitions add -> throw needsNoId(add);
            case TransactionCommand.DescribeTransaction describe -> throw needsNoId(describe);
            case TransactionCommand.ListTransactions list -> throw needsNoId(list);
        }
    }

    private static IllegalArgumentException needsNoId(TransactionCommand.Asked asked) {
        return new IllegalArgumentException(asked + " needs no producer id");
    }

    private void onMarkersWritten(MarkersWritten written, Draft draft) {
        Entry entry = entries.get(written.transactionalId());
        if (entry != null
                && entry.transaction().status().isPrepared()
                && entry.round() == written.round()) {
            Ending.complete(entry, draft);
            reschedule(entry);
        }
    }

    // ---- deadlines ----

    @Override
    public long nextDeadlineMillis() {
        return earliest.isEmpty()
                ? nextExpiryMillis
                : Math.min(earliest.first().millis(), nextExpiryMillis);
    }

    @Override
    public Decision onDeadline(long nowMillis) {
        Draft draft = new Draft(nowMillis, coordinatorEpoch);
        if (nextExpiryMillis <= nowMillis) {
            expire(draft);
        } else if (!earliest.isEmpty() && earliest.first().millis() <= nowMillis) {
            Entry entry = entries.get(earliest.first().id());
            if (entry == null) {
                throw new IllegalStateException("a deadline of a transactional id that is gone");
            }
            onDue(entry, draft);
            reschedule(entry);
        }
        return draft.decision();
    }

    private void onDue(Entry entry, Draft draft) {
        entry.propose(null);
        Transaction transaction = entry.transaction();
        Entry.Held held = entry.takeHeld(draft.nowMillis());
        if (held != null) {
            switch (held) {
                case Entry.Held.End end -> draft.reply(end.ticket(), end.reply());
                case Entry.Held.TakeOver over -> {
                    if (transaction.status().isPrepared()) {
                        Initializing.refuse(over.command(), Errors.CONCURRENT_TRANSACTIONS, draft);
                    } else {
                        initializing.init(entry, over.command(), OptionalLong.empty(), draft);
                    }
                }
            }
        } else if (transaction.is(TransactionStatus.ONGOING)) {
            entry.retryAt(draft.nowMillis() + TransactionSettings.RETRY_MILLIS);
            Ending.fence(entry, null, draft);
            draft.tellTimedOut(entry);
        } else if (entry.areMarkersWritten()) {
            Ending.complete(entry, draft);
        }
    }

    private void reschedule(Entry entry) {
        Due before = dues.remove(entry.id());
        if (before != null) {
            earliest.remove(before);
        }
        long millis = entry.dueMillis();
        if (millis != NEVER) {
            Due due = new Due(millis, entry.id());
            dues.put(entry.id(), due);
            earliest.add(due);
        }
    }

    private void expire(Draft draft) {
        nextExpiryMillis = draft.nowMillis() + settings.expirationCheckMillis();
        long before = draft.nowMillis() - settings.idExpirationMillis();
        int expired = 0;
        for (Iterator<Entry> all = entries.values().iterator(); all.hasNext(); ) {
            Entry entry = all.next();
            TransactionStatus status = entry.transaction().status();
            boolean idle = status == TransactionStatus.EMPTY || status.isComplete();
            if (idle && entry.transaction().updateMillis() <= before) {
                draft.append(TransactionRecord.tombstone(entry.id()));
                if (++expired == TransactionSettings.EXPIRED_AT_ONCE) {
                    nextExpiryMillis = draft.nowMillis() + TransactionSettings.RETRY_MILLIS;
                    return;
                }
            }
        }
    }

    // ---- the log ----

    @Override
    public void apply(CoordinatorRecord record) {
        TransactionRecord decoded = TransactionRecord.decode(record);
        if (decoded == null) {
            return;
        }
        String id = decoded.transactionalId();
        Transaction value = decoded.value();
        if (value == null || value.is(TransactionStatus.DEAD)) {
            entries.remove(id);
            Due due = dues.remove(id);
            if (due != null) {
                earliest.remove(due);
            }
            return;
        }
        Entry entry = entries.computeIfAbsent(id, name -> new Entry(name, value));
        entry.apply(value);
        reschedule(entry);
    }

    @Override
    public Decision onLoaded(long nowMillis) {
        Draft draft = new Draft(nowMillis, coordinatorEpoch);
        nextExpiryMillis = nowMillis + settings.expirationCheckMillis();
        for (Entry entry : entries.values()) {
            if (entry.transaction().status().isPrepared()) {
                draft.writeMarkers(entry, entry.transaction());
            }
        }
        return draft.decision();
    }

    @Override
    public List<Decision.Reply> onUnloaded(long nowMillis) {
        return List.of();
    }
}
