package naru.broker.coordinator;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Asks a coordinator of this broker on the broker's own behalf: one that is about to come is waited
 * for, within a bound. Threads: any.
 */
public final class Patient<C> {
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final Coordinator<C> coordinator;
    private final Alarm alarm;
    private final LongSupplier clock;
    private final long patienceMillis;

    public Patient(
            Coordinator<C> coordinator, Alarm alarm, LongSupplier clock, long patienceMillis) {
        this.coordinator = coordinator;
        this.alarm = alarm;
        this.clock = clock;
        this.patienceMillis = patienceMillis;
    }

    public void ask(String key, LongFunction<C> command, Answer answer) {
        new Attempt(key, command, answer, clock.getAsLong() + patienceMillis).run();
    }

    /** Asks until there is a coordinator that answers, or patience has run out. */
    private final class Attempt implements Answer {
        private final String key;
        private final LongFunction<C> command;
        private final Answer answer;
        private final long untilMillis;
        private long pauseMillis = FIRST_PAUSE_MILLIS;

        Attempt(String key, LongFunction<C> command, Answer answer, long untilMillis) {
            this.key = key;
            this.command = command;
            this.answer = answer;
            this.untilMillis = untilMillis;
        }

        void run() {
            coordinator.ask(key, command, this);
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
                var _ = coordinator.coordinatorOf(key);
            }
            alarm.after(pauseMillis, this::run);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        }
    }

    private static boolean mayPass(Errors error) {
        return error == Errors.NOT_COORDINATOR
                || error == Errors.COORDINATOR_NOT_AVAILABLE
                || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
    }
}
