package naru.coordination.transaction;

import naru.coordination.transaction.TransactionCommand.EndTxn;

import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;

/** How transactions end: by EndTxn, by their time-out, by another producer that takes over. */
final class Ending {
    private static final short EPOCH_PER_TRANSACTION_SINCE = 5;

    private Ending() {}

    // ---- EndTxn ----

    /**
     * @param givenId a new producer id if one was found to be needed
     */
    static void end(@Nullable Entry entry, EndTxn command, OptionalLong givenId, Draft draft) {
        boolean raisesEpoch = command.version() >= EPOCH_PER_TRANSACTION_SINCE;
        if (entry == null) {
            draft.reply(command.ticket(), refused(Errors.INVALID_PRODUCER_ID_MAPPING));
            return;
        }
        Transaction now = entry.transaction();
        Errors told =
                raisesEpoch ? checkRaising(now, command.request()) : check(now, command.request());
        if (told == Errors.NONE) {
            EndTxnResponseData again = new EndTxnResponseData();
            draft.reply(
                    command.ticket(),
                    raisesEpoch
                            ? again.setProducerId(now.producerId())
                                    .setProducerEpoch(now.producerEpoch())
                            : again);
        } else if (told != null) {
            draft.reply(command.ticket(), refused(told));
        } else if (raisesEpoch && now.isExhausted() && givenId.isEmpty()) {
            draft.needProducerId(command);
        } else {
            prepare(entry, command, raisesEpoch, givenId, draft);
        }
    }

    private static void prepare(
            Entry entry, EndTxn command, boolean raisesEpoch, OptionalLong givenId, Draft draft) {
        Transaction now = entry.transaction();
        boolean commit = command.request().committed();
        Transaction next =
                raisesEpoch
                        ? raised(
                                now,
                                commit,
                                now.isExhausted() ? givenId.getAsLong() : Transaction.NONE,
                                draft.nowMillis())
                        : now.prepared(
                                commit,
                                now.producerEpoch(),
                                Transaction.NONE,
                                (short) 0,
                                draft.nowMillis());
        EndTxnResponseData reply = new EndTxnResponseData();
        if (raisesEpoch) {
            reply.setProducerId(next.idAfterwards()).setProducerEpoch(next.epochAfterwards());
            entry.rememberLastEpoch(
                    next.idAfterwards(), next.epochAfterwards(), now.producerEpoch());
        }
        long until = draft.nowMillis() + TransactionSettings.HELD_MILLIS;
        entry.propose(new Entry.Held.End(command.ticket(), until, reply));
        draft.hold(command.ticket());
        draft.append(entry.id(), next);
        draft.writeMarkers(entry, next);
    }

    private static Transaction raised(Transaction now, boolean commit, long nextId, long millis) {
        return now.prepared(
                commit,
                (short) (now.producerEpoch() + 1),
                nextId,
                Transaction.EPOCH_PER_TRANSACTION,
                millis);
    }

    static EndTxnResponseData refused(Errors error) {
        return new EndTxnResponseData().setErrorCode(error.code());
    }

    /**
     * For clients whose epoch stays the same from one transaction to the next. Null when the
     * transaction may end now, NONE when it has ended so already.
     */
    private static @Nullable Errors check(Transaction now, EndTxnRequestData request) {
        if (now.producerId() != request.producerId()) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        if (now.producerEpoch() != request.producerEpoch()) {
            return Errors.PRODUCER_FENCED;
        }
        boolean commit = request.committed();
        return switch (now.status()) {
            case ONGOING -> null;
            case PREPARE_COMMIT ->
                    commit ? Errors.CONCURRENT_TRANSACTIONS : Errors.INVALID_TXN_STATE;
            case PREPARE_ABORT ->
                    commit ? Errors.INVALID_TXN_STATE : Errors.CONCURRENT_TRANSACTIONS;
            case COMPLETE_COMMIT -> commit ? Errors.NONE : Errors.INVALID_TXN_STATE;
            case COMPLETE_ABORT -> commit ? Errors.INVALID_TXN_STATE : Errors.NONE;
            case EMPTY, DEAD, PREPARE_EPOCH_FENCE -> Errors.INVALID_TXN_STATE;
        };
    }

    /**
     * For clients whose epoch rises with each end (KIP-890): one that names the epoch before tries
     * again, one that names the present one means a transaction to which nothing was added, which
     * may be aborted but not committed.
     */
    private static @Nullable Errors checkRaising(Transaction now, EndTxnRequestData request) {
        boolean ofIdBefore =
                now.previousProducerId() == request.producerId()
                        && request.producerEpoch() == Short.MAX_VALUE - 1
                        && now.producerEpoch() == 0;
        if (now.producerId() != request.producerId() && !ofIdBefore) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        boolean ofEpochBefore = now.producerEpoch() == request.producerEpoch() + 1;
        boolean present = now.producerEpoch() == request.producerEpoch();
        boolean again = ofEpochBefore || ofIdBefore;
        boolean commit = request.committed();
        return switch (now.status()) {
            case ONGOING -> present ? null : Errors.PRODUCER_FENCED;
            case EMPTY -> {
                if (!present) {
                    yield Errors.PRODUCER_FENCED;
                }
                yield commit ? Errors.INVALID_TXN_STATE : null;
            }
            case PREPARE_COMMIT, PREPARE_ABORT -> {
                if (!ofEpochBefore) {
                    yield Errors.PRODUCER_FENCED;
                }
                yield commit == now.is(TransactionStatus.PREPARE_COMMIT)
                        ? Errors.CONCURRENT_TRANSACTIONS
                        : Errors.INVALID_TXN_STATE;
            }
            case COMPLETE_COMMIT, COMPLETE_ABORT -> {
                if (!again && !present) {
                    yield Errors.PRODUCER_FENCED;
                }
                if (again) {
                    yield commit == now.is(TransactionStatus.COMPLETE_COMMIT)
                            ? Errors.NONE
                            : Errors.INVALID_TXN_STATE;
                }
                yield commit ? Errors.INVALID_TXN_STATE : null;
            }
            case DEAD, PREPARE_EPOCH_FENCE -> Errors.INVALID_TXN_STATE;
        };
    }

    // ---- against the producer's will ----

    /** Aborts the open transaction, so that its producer can go on in no way. */
    static void fence(Entry entry, Entry.@Nullable Held waiting, Draft draft) {
        Transaction now = entry.transaction();
        short epoch = (short) Math.min(now.producerEpoch() + 1, Short.MAX_VALUE);
        boolean raisesEpoch = now.clientVersion() >= Transaction.EPOCH_PER_TRANSACTION;
        if (raisesEpoch) {
            entry.rememberLastEpoch(now.producerId(), epoch, now.producerEpoch());
        }
        entry.propose(waiting);
        if (waiting != null) {
            draft.hold(waiting.ticket());
        }
        Transaction next =
                now.prepared(
                        false, epoch, Transaction.NONE, now.clientVersion(), draft.nowMillis());
        draft.append(entry.id(), next);
        draft.writeMarkers(entry, next);
    }

    // ---- completion ----

    /** All partitions know how it ended: this is recorded, and who waited is told. */
    static void complete(Entry entry, Draft draft) {
        entry.onMarkersWritten();
        entry.retryAt(draft.nowMillis() + TransactionSettings.RETRY_MILLIS);
        entry.takeEnds().forEach(end -> draft.reply(end.ticket(), end.reply()));
        draft.append(entry.id(), entry.transaction().completed(draft.nowMillis()));
    }
}
