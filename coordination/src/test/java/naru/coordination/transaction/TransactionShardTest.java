package naru.coordination.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.transaction.TransactionEffect.WriteMarkers;
import naru.coordination.transaction.TransactionRun.Producer;

import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Objects;
import java.util.Set;

class TransactionShardTest {
    private static final int OLD = 4;
    private static final int NEW = 5;

    private final TransactionRun run = new TransactionRun();

    private Producer in(String state, int version) {
        return in(run, state, version);
    }

    /** Brings the id into a state; answers the producer as it would go on. */
    private static Producer in(TransactionRun run, String state, int version) {
        Producer producer = run.init();
        if (state.equals("Empty")) {
            return producer;
        }
        assertThat(run.add(producer, version < NEW ? 0 : 2, TransactionRun.A))
                .isEqualTo(Errors.NONE);
        if (state.equals("Ongoing")) {
            return producer;
        }
        boolean commit = state.endsWith("Commit");
        if (state.startsWith("Prepare")) {
            run.endLater(producer, commit, version);
            return producer;
        }
        EndTxnResponseData ended = run.end(producer, commit, version);
        return version < NEW ? producer : new Producer(ended.producerId(), ended.producerEpoch());
    }

    @ParameterizedTest
    @CsvSource({
        "Empty,          INVALID_TXN_STATE,       INVALID_TXN_STATE",
        "Ongoing,        NONE,                    NONE",
        "PrepareCommit,  CONCURRENT_TRANSACTIONS, INVALID_TXN_STATE",
        "PrepareAbort,   INVALID_TXN_STATE,       CONCURRENT_TRANSACTIONS",
        "CompleteCommit, NONE,                    INVALID_TXN_STATE",
        "CompleteAbort,  INVALID_TXN_STATE,       NONE",
    })
    void endOfOldClientsInEveryState(String state, Errors commit, Errors abort) {
        for (boolean committing : new boolean[] {true, false}) {
            TransactionRun fresh = new TransactionRun();
            Producer producer = in(fresh, state, OLD);
            assertThat(fresh.state()).isEqualTo(state);
            long ticket = fresh.endLater(producer, committing, OLD);
            fresh.writeMarkers();
            assertThat(fresh.error(ticket)).isEqualTo(committing ? commit : abort);
            assertThat(fresh.described().producerEpoch()).isEqualTo(producer.epoch());
        }
    }

    /**
     * Of the producer's present epoch: of a transaction that was not begun, or not noticed here.
     */
    @ParameterizedTest
    @CsvSource({
        "Empty,          INVALID_TXN_STATE, NONE",
        "Ongoing,        NONE,              NONE",
        "CompleteCommit, INVALID_TXN_STATE, NONE",
        "CompleteAbort,  INVALID_TXN_STATE, NONE",
    })
    void endOfNewClientsInEveryState(String state, Errors commit, Errors abort) {
        for (boolean committing : new boolean[] {true, false}) {
            TransactionRun fresh = new TransactionRun();
            Producer producer = in(fresh, state, NEW);
            long ticket = fresh.endLater(producer, committing, NEW);
            fresh.writeMarkers();
            Errors expected = committing ? commit : abort;
            assertThat(fresh.error(ticket)).isEqualTo(expected);
            assertThat(fresh.described().producerEpoch())
                    .isEqualTo((short) (producer.epoch() + (expected == Errors.NONE ? 1 : 0)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PrepareCommit,  CONCURRENT_TRANSACTIONS, INVALID_TXN_STATE",
        "PrepareAbort,   INVALID_TXN_STATE,       CONCURRENT_TRANSACTIONS",
        "CompleteCommit, NONE,                    INVALID_TXN_STATE",
        "CompleteAbort,  INVALID_TXN_STATE,       NONE",
    })
    void endThatNewClientsSendAgain(String state, Errors commit, Errors abort) {
        Producer now = in(state, NEW);
        Producer before = state.startsWith("Prepare") ? now : new Producer(now.id(), 0);
        assertThat(run.error(run.endLater(before, true, NEW))).isEqualTo(commit);
        assertThat(run.error(run.endLater(before, false, NEW))).isEqualTo(abort);
        if (state.startsWith("Complete")) {
            EndTxnResponseData again =
                    run.reply(
                            run.endLater(before, state.endsWith("Commit"), NEW),
                            EndTxnResponseData.class);
            assertThat(new Producer(again.producerId(), again.producerEpoch())).isEqualTo(now);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Empty,          NONE,                    TRANSACTION_ABORTABLE",
        "Ongoing,        NONE,                    TRANSACTION_ABORTABLE",
        "PrepareCommit,  CONCURRENT_TRANSACTIONS, CONCURRENT_TRANSACTIONS",
        "PrepareAbort,   CONCURRENT_TRANSACTIONS, CONCURRENT_TRANSACTIONS",
        "CompleteCommit, NONE,                    TRANSACTION_ABORTABLE",
        "CompleteAbort,  NONE,                    TRANSACTION_ABORTABLE",
    })
    void partitionsAreAddedOrLookedForInEveryState(String state, Errors added, Errors verified) {
        Producer producer = in(state, OLD);
        assertThat(run.verify(producer, TransactionRun.B)).isEqualTo(verified);
        assertThat(run.add(producer, 0, TransactionRun.B)).isEqualTo(added);
        if (added == Errors.NONE) {
            assertThat(run.verify(producer, TransactionRun.B)).isEqualTo(Errors.NONE);
            assertThat(run.state()).isEqualTo("Ongoing");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Empty",
                "Ongoing",
                "PrepareCommit",
                "PrepareAbort",
                "CompleteCommit",
                "CompleteAbort"
            })
    void whoIsNotTheProducerIsToldSoInEveryState(String state) {
        Producer now = in(state, OLD);
        Producer stranger = new Producer(77, now.epoch());
        Producer zombie = new Producer(now.id(), now.epoch() - 1);
        for (int version : new int[] {OLD, NEW}) {
            assertThat(run.error(run.endLater(stranger, true, version)))
                    .isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
            assertThat(run.error(run.endLater(new Producer(now.id(), 99), true, version)))
                    .isEqualTo(Errors.PRODUCER_FENCED);
        }
        assertThat(run.add(stranger, 0, TransactionRun.A))
                .isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(run.add(zombie, 0, TransactionRun.A)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(run.verify(zombie, TransactionRun.A)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(Errors.forCode(run.init(stranger).errorCode()))
                .isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void nothingIsKnownOfAnIdThatWasNeverInitialized() {
        Producer producer = new Producer(1, 0);
        assertThat(run.add(producer, 0, TransactionRun.A))
                .isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(run.error(run.endLater(producer, true, NEW)))
                .isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(Errors.forCode(run.described().errorCode()))
                .isEqualTo(Errors.TRANSACTIONAL_ID_NOT_FOUND);
    }

    // ---- InitProducerId ----

    @Test
    void eachInitializationRaisesTheEpoch() {
        assertThat(run.init()).isEqualTo(new Producer(1_000, 0));
        assertThat(run.init()).isEqualTo(new Producer(1_000, 1));
        run.crash();
        assertThat(run.init()).isEqualTo(new Producer(1_000, 2));
    }

    @Test
    void takeOverWaitsUntilTheOpenTransactionIsAborted() {
        Producer old = in("Ongoing", NEW);
        long heir = run.initLater(TransactionRun.ID, new Producer(-1, -1));
        assertThat(run.isWaiting(heir)).isTrue();
        WriteMarkers markers = Objects.requireNonNull(run.nextMarkers());
        assertThat(markers.commit()).isFalse();
        assertThat(markers.producerEpoch()).isEqualTo((short) (old.epoch() + 1));
        run.tell(TransactionRun.written(markers));

        InitProducerIdResponseData given = run.reply(heir, InitProducerIdResponseData.class);
        assertThat(given.producerEpoch()).isEqualTo((short) (old.epoch() + 2));
        assertThat(run.state()).isEqualTo("Empty");
        assertThat(run.add(old, 2, TransactionRun.A)).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void takeOverOfWhatCannotBeAbortedNowIsToTryAgain() {
        in("Ongoing", OLD);
        long heir = run.initLater(TransactionRun.ID, new Producer(-1, -1));
        run.pass(TransactionSettings.HELD_MILLIS);
        assertThat(run.error(heir)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        long again = run.initLater(TransactionRun.ID, new Producer(-1, -1));
        assertThat(run.error(again)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        run.writeMarkers();
        assertThat(run.init().epoch()).isEqualTo((short) 2);
    }

    @Test
    void initializationIsRepeatedWithoutHarm() {
        Producer first = run.init();
        Producer second = new Producer(first.id(), 1);
        for (int i = 0; i < 3; i++) {
            InitProducerIdResponseData response = run.init(first);
            assertThat(new Producer(response.producerId(), response.producerEpoch()))
                    .isEqualTo(second);
        }
        run.init();
        assertThat(Errors.forCode(run.init(first).errorCode())).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(Errors.forCode(run.init(second).errorCode())).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void newClientInitializesAgainAfterAnEndItDidNotHearOf() {
        Producer producer = in("Ongoing", NEW);
        run.end(producer, true, NEW);
        InitProducerIdResponseData response = run.init(producer);
        assertThat(response.producerEpoch()).isEqualTo((short) 1);
    }

    @ParameterizedTest
    @CsvSource({
        "0,       false, false, -1, -1, INVALID_TRANSACTION_TIMEOUT",
        "900001,  false, false, -1, -1, INVALID_TRANSACTION_TIMEOUT",
        "60000,   true,  false, -1, -1, TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        "60000,   false, true,  -1, -1, UNSUPPORTED_VERSION",
        "60000,   false, false,  5, -1, INVALID_REQUEST",
        "60000,   false, false, -1,  5, INVALID_REQUEST",
    })
    void initializationThatAsksForTooMuchIsRefused(
            int timeout, boolean twoPhases, boolean keep, long id, short epoch, Errors error) {
        InitProducerIdRequestData request =
                new InitProducerIdRequestData()
                        .setTransactionalId("x")
                        .setTransactionTimeoutMs(timeout)
                        .setEnable2Pc(twoPhases)
                        .setKeepPreparedTxn(keep)
                        .setProducerId(id)
                        .setProducerEpoch(epoch);
        long ticket = run.send(t -> new TransactionCommand.InitProducerId(t, request));
        assertThat(run.error(ticket)).isEqualTo(error);
        assertThat(run.log()).isEmpty();
    }

    @Test
    void transactionalIdIsKeptOnlyUpToALength() {
        InitProducerIdRequestData request =
                new InitProducerIdRequestData()
                        .setTransactionalId("x".repeat(8_001))
                        .setTransactionTimeoutMs(1_000);
        long ticket = run.send(t -> new TransactionCommand.InitProducerId(t, request));
        assertThat(run.error(ticket)).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void withoutProducerIdsInitializationFailsAndIsTriedAgain() {
        run.idsFail(true);
        long ticket = run.initLater(TransactionRun.ID, new Producer(-1, -1));
        assertThat(run.error(ticket)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        run.idsFail(false);
        assertThat(run.init()).isEqualTo(new Producer(1_000, 0));
    }

    // ---- epochs that are used up ----

    private Producer withEpoch(int epoch) {
        Producer producer = run.init();
        while (producer.epoch() < epoch) {
            producer = run.init();
        }
        return producer;
    }

    @Test
    void usedUpEpochsMakeAnotherProducerIdOnInitialization() {
        Producer last = withEpoch(Short.MAX_VALUE - 1);
        InitProducerIdResponseData given = run.init(last);
        assertThat(new Producer(given.producerId(), given.producerEpoch()))
                .isEqualTo(new Producer(1_001, 0));
        InitProducerIdResponseData again = run.init(last);
        assertThat(again.producerId()).isEqualTo(1_001);
        assertThat(again.producerEpoch()).isZero();
    }

    @Test
    void usedUpEpochsMakeAnotherProducerIdAtTheEnd() {
        Producer last = withEpoch(Short.MAX_VALUE - 1);
        run.add(last, 2, TransactionRun.A);
        long ticket = run.endLater(last, true, NEW);
        WriteMarkers markers = Objects.requireNonNull(run.nextMarkers());
        assertThat(new Producer(markers.producerId(), markers.producerEpoch()))
                .isEqualTo(new Producer(last.id(), Short.MAX_VALUE));
        run.tell(TransactionRun.written(markers));
        EndTxnResponseData ended = run.reply(ticket, EndTxnResponseData.class);
        assertThat(new Producer(ended.producerId(), ended.producerEpoch()))
                .isEqualTo(new Producer(1_001, 0));
        EndTxnResponseData again = run.end(last, true, NEW);
        assertThat(Errors.forCode(again.errorCode())).isEqualTo(Errors.NONE);
        assertThat(again.producerId()).isEqualTo(1_001);
        assertThat(run.error(run.endLater(last, false, NEW))).isEqualTo(Errors.INVALID_TXN_STATE);
    }

    @Test
    void lastEpochIsFencedByTheOneThatNobodyGets() {
        Producer last = withEpoch(Short.MAX_VALUE - 1);
        run.add(last, 2, TransactionRun.A);
        run.pass(TransactionRun.TIMEOUT);
        assertThat(Objects.requireNonNull(run.nextMarkers()).producerEpoch())
                .isEqualTo(Short.MAX_VALUE);
        run.crash();
        run.writeMarkers();
        assertThat(run.init()).isEqualTo(new Producer(1_001, 0));
    }

    // ---- EndTxn ----

    @Test
    void endIsAnsweredWhenItIsComplete() {
        Producer producer = in("Ongoing", NEW);
        long ticket = run.endLater(producer, true, NEW);
        assertThat(run.isWaiting(ticket)).isTrue();
        WriteMarkers markers = Objects.requireNonNull(run.nextMarkers());
        assertThat(markers)
                .isEqualTo(
                        new WriteMarkers(
                                TransactionRun.ID,
                                1,
                                producer.id(),
                                (short) 1,
                                Set.of(TransactionRun.A),
                                true,
                                0,
                                (short) 2));
        run.tell(TransactionRun.written(markers));
        assertThat(run.error(ticket)).isEqualTo(Errors.NONE);
        assertThat(run.state()).isEqualTo("CompleteCommit");
        assertThat(run.described().topics()).isEmpty();
    }

    @Test
    void endThatTakesLongIsAnsweredAllTheSame() {
        Producer producer = in("Ongoing", OLD);
        long ticket = run.endLater(producer, true, OLD);
        run.pass(TransactionSettings.HELD_MILLIS - 1);
        assertThat(run.isWaiting(ticket)).isTrue();
        run.pass(1);
        assertThat(run.error(ticket)).isEqualTo(Errors.NONE);
        assertThat(run.add(producer, 0, TransactionRun.B))
                .isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        run.writeMarkers();
        assertThat(run.add(producer, 0, TransactionRun.B)).isEqualTo(Errors.NONE);
    }

    @Test
    void endThatCannotBeRecordedHasNotHappened() {
        Producer producer = in("Ongoing", NEW);
        run.appendsFail(true);
        long ticket = run.endLater(producer, true, NEW);
        assertThat(run.isRefused(ticket)).isTrue();
        assertThat(run.nextMarkers()).isNull();
        run.appendsFail(false);
        assertThat(run.state()).isEqualTo("Ongoing");
        EndTxnResponseData ended = run.end(producer, false, NEW);
        assertThat(Errors.forCode(ended.errorCode())).isEqualTo(Errors.NONE);
        assertThat(run.state()).isEqualTo("CompleteAbort");
    }

    @Test
    void completionThatCannotBeRecordedIsTriedAgain() {
        Producer producer = in("Ongoing", OLD);
        run.endLater(producer, true, OLD);
        run.appendsFail(true);
        run.writeMarkers();
        assertThat(run.state()).isEqualTo("PrepareCommit");
        run.pass(TransactionSettings.RETRY_MILLIS);
        run.appendsFail(false);
        run.pass(TransactionSettings.RETRY_MILLIS);
        assertThat(run.state()).isEqualTo("CompleteCommit");
    }

    @Test
    void takeOverThatCouldNotBeRecordedDisturbsNobodyLater() {
        Producer producer = in("Ongoing", NEW);
        run.appendsFail(true);
        assertThat(run.isRefused(run.initLater(TransactionRun.ID, new Producer(-1, -1)))).isTrue();
        run.appendsFail(false);
        EndTxnResponseData ended = run.end(producer, true, NEW);
        assertThat(ended.producerEpoch()).isEqualTo((short) 1);
        assertThat(run.described().producerEpoch()).isEqualTo((short) 1);
    }

    // ---- time ----

    @ParameterizedTest
    @ValueSource(ints = {OLD, NEW})
    void transactionPastItsTimeIsAbortedAndItsProducerFenced(int version) {
        Producer producer = in("Ongoing", version);
        run.pass(TransactionRun.TIMEOUT - 1);
        assertThat(run.state()).isEqualTo("Ongoing");
        assertThat(run.timedOut()).isEmpty();
        run.pass(1);
        assertThat(run.timedOut()).containsExactly(TransactionRun.ID);
        assertThat(run.state()).isEqualTo("PrepareAbort");
        run.writeMarkers();
        assertThat(run.state()).isEqualTo("CompleteAbort");
        assertThat(run.add(producer, 0, TransactionRun.A)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(run.error(run.endLater(producer, true, OLD))).isEqualTo(Errors.PRODUCER_FENCED);
    }

    /** As Kafka 4.3.1 answers, which takes the end for a repeated one of the same producer. */
    @ParameterizedTest
    @CsvSource({"true, INVALID_TXN_STATE", "false, NONE"})
    void endOfWhatTimedOutIsAnsweredByHowItEnded(boolean commit, Errors told) {
        Producer producer = in("Ongoing", NEW);
        run.pass(TransactionRun.TIMEOUT);
        run.writeMarkers();
        assertThat(run.error(run.endLater(producer, commit, NEW))).isEqualTo(told);
    }

    @Test
    void abortThatCannotBeRecordedIsTriedAgain() {
        in("Ongoing", NEW);
        run.appendsFail(true);
        run.pass(TransactionRun.TIMEOUT);
        run.pass(10 * TransactionSettings.RETRY_MILLIS);
        run.appendsFail(false);
        assertThat(run.state()).isEqualTo("Ongoing");
        run.pass(TransactionSettings.RETRY_MILLIS);
        assertThat(run.state()).isEqualTo("PrepareAbort");
    }

    @Test
    void idWithoutUseIsForgottenAndOpenTransactionsAreNot() {
        TransactionSettings settings = TransactionSettings.defaults();
        in("CompleteCommit", OLD);
        run.pass(settings.idExpirationMillis() + settings.expirationCheckMillis());
        assertThat(Errors.forCode(run.described().errorCode()))
                .isEqualTo(Errors.TRANSACTIONAL_ID_NOT_FOUND);
        run.crash();
        assertThat(Errors.forCode(run.described().errorCode()))
                .isEqualTo(Errors.TRANSACTIONAL_ID_NOT_FOUND);
        in("PrepareCommit", OLD);
        run.pass(2L * settings.idExpirationMillis());
        assertThat(run.state()).isEqualTo("PrepareCommit");
    }

    // ---- loading ----

    @ParameterizedTest
    @CsvSource({"PrepareCommit, true", "PrepareAbort, false"})
    void markersAreWrittenAgainAfterACrash(String state, boolean commit) {
        in(state, NEW);
        run.crash();
        WriteMarkers markers = Objects.requireNonNull(run.nextMarkers());
        assertThat(markers.commit()).isEqualTo(commit);
        assertThat(markers.coordinatorEpoch()).as("of the new leader").isEqualTo(1);
        assertThat(markers.partitions()).containsExactly(TransactionRun.A);
        run.tell(TransactionRun.written(markers));
        assertThat(run.state()).isEqualTo(commit ? "CompleteCommit" : "CompleteAbort");
    }

    @Test
    void markersOfAnEarlierEndChangeNothing() {
        Producer producer = in("Ongoing", NEW);
        run.endLater(producer, true, NEW);
        WriteMarkers markers = Objects.requireNonNull(run.nextMarkers());
        run.tell(TransactionRun.written(markers));
        run.add(new Producer(producer.id(), 1), 2, TransactionRun.B);
        run.tell(TransactionRun.written(markers));
        assertThat(run.state()).isEqualTo("Ongoing");
        run.endLater(new Producer(producer.id(), 1), false, NEW);
        run.tell(TransactionRun.written(markers));
        assertThat(run.state()).isEqualTo("PrepareAbort");
    }

    // ---- lists ----

    @Test
    void listIsFiltered() {
        in("Ongoing", OLD);
        run.pass(5_000);
        assertThat(listed(new ListTransactionsRequestData())).containsExactly(TransactionRun.ID);
        assertThat(listed(new ListTransactionsRequestData().setStateFilters(List.of("Empty"))))
                .isEmpty();
        assertThat(listed(new ListTransactionsRequestData().setProducerIdFilters(List.of(1_000L))))
                .hasSize(1);
        assertThat(listed(new ListTransactionsRequestData().setProducerIdFilters(List.of(1L))))
                .isEmpty();
        assertThat(listed(new ListTransactionsRequestData().setDurationFilter(4_999))).hasSize(1);
        assertThat(listed(new ListTransactionsRequestData().setDurationFilter(5_000))).isEmpty();
        assertThat(listed(new ListTransactionsRequestData().setTransactionalIdPattern("i.")))
                .hasSize(1);
        assertThat(listed(new ListTransactionsRequestData().setTransactionalIdPattern("i")))
                .isEmpty();
    }

    private List<String> listed(ListTransactionsRequestData request) {
        return list(request).transactionStates().stream()
                .map(ListTransactionsResponseData.TransactionState::transactionalId)
                .toList();
    }

    private ListTransactionsResponseData list(ListTransactionsRequestData request) {
        long ticket = run.send(t -> new TransactionCommand.ListTransactions(t, request));
        return run.reply(ticket, ListTransactionsResponseData.class);
    }

    @Test
    void patternThatIsNoneAndStateThatIsNoneAreToldSo() {
        assertThat(
                        Errors.forCode(
                                list(new ListTransactionsRequestData()
                                                .setTransactionalIdPattern("(["))
                                        .errorCode()))
                .isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
        assertThat(
                        list(new ListTransactionsRequestData().setStateFilters(List.of("Tired")))
                                .unknownStateFilters())
                .containsExactly("Tired");
    }
}
