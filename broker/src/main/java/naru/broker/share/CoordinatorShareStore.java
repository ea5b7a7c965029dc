package naru.broker.share;

import naru.broker.coordinator.Alarm;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.coordination.share.DeliveryState;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareKey;
import naru.coordination.share.StateBatch;

import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.Objects;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Share state as this broker's share coordinator keeps it. A coordinator that is about to come is
 * waited for, within a bound.
 */
final class CoordinatorShareStore implements ShareStore {
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final Coordinator<ShareCommand> coordinator;
    private final Alarm alarm;
    private final LongSupplier clock;
    private final long patienceMillis;

    /**
     * @param patienceMillis {@code share.coordinator.write.timeout.ms}
     */
    CoordinatorShareStore(
            Coordinator<ShareCommand> coordinator,
            Alarm alarm,
            LongSupplier clock,
            long patienceMillis) {
        this.coordinator = coordinator;
        this.alarm = alarm;
        this.clock = clock;
        this.patienceMillis = patienceMillis;
    }

    @Override
    public void read(ShareKey key, int leaderEpoch, Reading reading) {
        ask(
                key,
                ticket -> new ShareCommand.Read(ticket, key, leaderEpoch),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        onRead((ReadShareGroupStateResponseData) response, reading);
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        reading.onRefused(error, message);
                    }
                });
    }

    private static void onRead(ReadShareGroupStateResponseData response, Reading reading) {
        var result = response.results().getFirst().partitions().getFirst();
        Errors error = Errors.forCode(result.errorCode());
        if (error != Errors.NONE) {
            reading.onRefused(error, String.valueOf(result.errorMessage()));
            return;
        }
        reading.onRead(
                new Stored(
                        result.stateEpoch(),
                        result.startOffset(),
                        result.stateBatches().stream()
                                .map(batch ->
                                        new StateBatch(
                                                batch.firstOffset(),
                                                batch.lastOffset(),
                                                Objects.requireNonNull(
                                                        DeliveryState.ofId(batch.deliveryState())),
                                                batch.deliveryCount()))
                                .toList()));
    }

    @Override
    public void write(
            ShareKey key,
            int stateEpoch,
            int leaderEpoch,
            SharePartition.Write write,
            Writing writing) {
        ask(
                key,
                ticket ->
                        new ShareCommand.Write(
                                ticket,
                                key,
                                stateEpoch,
                                leaderEpoch,
                                write.startOffset(),
                                write.settledCount(),
                                write.batches()),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        var result =
                                ((WriteShareGroupStateResponseData) response)
                                        .results()
                                        .getFirst()
                                        .partitions()
                                        .getFirst();
                        writing.onDone(
                                Errors.forCode(result.errorCode()),
                                String.valueOf(result.errorMessage()));
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        writing.onDone(error, message);
                    }
                });
    }

    private void ask(ShareKey key, LongFunction<ShareCommand> command, Answer answer) {
        new Attempt(key, command, answer, clock.getAsLong() + patienceMillis).run();
    }

    /** Asks until there is a coordinator that answers, or patience has run out. */
    private final class Attempt implements Answer {
        private final ShareKey key;
        private final LongFunction<ShareCommand> command;
        private final Answer answer;
        private final long untilMillis;
        private long pauseMillis = FIRST_PAUSE_MILLIS;

        Attempt(ShareKey key, LongFunction<ShareCommand> command, Answer answer, long untilMillis) {
            this.key = key;
            this.command = command;
            this.answer = answer;
            this.untilMillis = untilMillis;
        }

        void run() {
            coordinator.ask(key.coordinatorKey(), command, this);
        }

        @Override
        public void reply(ApiMessage response) {
            answer.reply(response);
        }

        @Override
        public void refuse(Errors error, String message) {
            if (!mayPass(error) || clock.getAsLong() + pauseMillis > untilMillis) {
                answer.refuse(error, message);
                return;
            }
            if (error == Errors.NOT_COORDINATOR) {
                var _ = coordinator.coordinatorOf(key.coordinatorKey());
            }
            alarm.after(pauseMillis, () -> Thread.startVirtualThread(this::run));
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        }
    }

    private static boolean mayPass(Errors error) {
        return error == Errors.NOT_COORDINATOR
                || error == Errors.COORDINATOR_NOT_AVAILABLE
                || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
    }
}
