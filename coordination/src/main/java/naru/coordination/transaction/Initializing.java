package naru.coordination.transaction;

import naru.coordination.transaction.TransactionCommand.InitProducerId;

import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;

/** InitProducerId: gives a transactional producer its id and epoch, and fences the one before. */
final class Initializing {
    private final TransactionSettings settings;

    Initializing(TransactionSettings settings) {
        this.settings = settings;
    }

    /**
     * @param givenId a new producer id if one was found to be needed
     */
    void init(@Nullable Entry entry, InitProducerId command, OptionalLong givenId, Draft draft) {
        Errors error = check(command.request());
        if (error == Errors.NONE && entry != null) {
            error = check(entry.transaction(), command.request());
        }
        if (error != Errors.NONE) {
            refuse(command, error, draft);
        } else if (entry == null) {
            initNew(command, givenId, draft);
        } else if (entry.transaction().is(TransactionStatus.ONGOING)) {
            long until = draft.nowMillis() + TransactionSettings.HELD_MILLIS;
            Ending.fence(entry, new Entry.Held.TakeOver(command.ticket(), until, command), draft);
        } else {
            raise(entry, command, givenId, draft);
        }
    }

    private Errors check(InitProducerIdRequestData request) {
        String id = request.transactionalId();
        boolean named = request.producerId() != Transaction.NONE;
        boolean epochNamed = request.producerEpoch() != Transaction.NO_EPOCH;
        if (id == null
                || id.isEmpty()
                || id.length() > TransactionSettings.ID_LENGTH
                || named != epochNamed) {
            return Errors.INVALID_REQUEST;
        }
        if (request.enable2Pc()) {
            return Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
        }
        if (request.keepPreparedTxn()) {
            return Errors.UNSUPPORTED_VERSION;
        }
        int timeout = request.transactionTimeoutMs();
        return timeout <= 0 || timeout > settings.maxTimeoutMillis()
                ? Errors.INVALID_TRANSACTION_TIMEOUT
                : Errors.NONE;
    }

    /** A producer that says who it is (KIP-360) must be the last one, or have been. */
    private static Errors check(Transaction now, InitProducerIdRequestData request) {
        boolean known =
                request.producerId() == Transaction.NONE
                        || request.producerId() == now.producerId()
                        || (request.producerId() == now.previousProducerId()
                                && Transaction.isExhausted(request.producerEpoch()));
        if (!known) {
            return Errors.PRODUCER_FENCED;
        }
        return now.status().isPrepared() ? Errors.CONCURRENT_TRANSACTIONS : Errors.NONE;
    }

    private static void initNew(InitProducerId command, OptionalLong givenId, Draft draft) {
        InitProducerIdRequestData request = command.request();
        if (givenId.isEmpty()) {
            draft.needProducerId(command);
            return;
        }
        int timeout = request.transactionTimeoutMs();
        Transaction begun = Transaction.begun(givenId.getAsLong(), timeout, draft.nowMillis());
        record(
                request.transactionalId(),
                command,
                begun.initialized(begun.producerId(), (short) 0, timeout, draft.nowMillis()),
                draft);
    }

    private static void raise(
            Entry entry, InitProducerId command, OptionalLong givenId, Draft draft) {
        Transaction now = entry.transaction();
        InitProducerIdRequestData request = command.request();
        short expected = request.producerEpoch();
        boolean anonymous = expected == Transaction.NO_EPOCH;
        int timeout = request.transactionTimeoutMs();
        long millis = draft.nowMillis();
        if (anonymous || expected == now.producerEpoch()) {
            if (now.isExhausted() && givenId.isEmpty()) {
                draft.needProducerId(command);
                return;
            }
            Transaction next =
                    now.isExhausted()
                            ? now.initialized(givenId.getAsLong(), (short) 0, timeout, millis)
                            : now.initialized(
                                    now.producerId(),
                                    (short) (now.producerEpoch() + 1),
                                    timeout,
                                    millis);
            entry.rememberLastEpoch(next.producerId(), next.producerEpoch(), expected);
            record(entry.id(), command, next, draft);
        } else if (expected == entry.lastEpoch()) {
            record(
                    entry.id(),
                    command,
                    now.initialized(now.producerId(), now.producerEpoch(), timeout, millis),
                    draft);
        } else {
            refuse(command, Errors.PRODUCER_FENCED, draft);
        }
    }

    private static void record(
            String transactionalId, InitProducerId command, Transaction next, Draft draft) {
        draft.append(transactionalId, next);
        draft.reply(
                command.ticket(),
                new InitProducerIdResponseData()
                        .setProducerId(next.producerId())
                        .setProducerEpoch(next.producerEpoch()));
    }

    static void refuse(InitProducerId command, Errors error, Draft draft) {
        draft.reply(
                command.ticket(),
                new InitProducerIdResponseData()
                        .setErrorCode(error.code())
                        .setProducerId(Transaction.NONE)
                        .setProducerEpoch(Transaction.NO_EPOCH));
    }
}
