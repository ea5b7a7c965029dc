package naru.broker.coordinator;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Asks coordinators on the broker's own behalf: one that is about to come is waited for, and one
 * that was not reached is asked again, within a bound. What is asked may be carried out more than
 * once. Threads: any.
 */
public final class Patient<C> {
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final Coordination<? super C> coordinators;
    private final Alarm alarm;
    private final LongSupplier clock;
    private final long patienceMillis;

    public Patient(
            Coordination<? super C> coordinators,
            Alarm alarm,
            LongSupplier clock,
            long patienceMillis) {
        this.coordinators = coordinators;
        this.alarm = alarm;
        this.clock = clock;
        this.patienceMillis = patienceMillis;
    }

    public void ask(String key, LongFunction<? extends C> command, Answer answer) {
        new Attempt(key, command, answer, clock.getAsLong() + patienceMillis).run();
    }

    /** Asks until there is a coordinator that answers, or patience has run out. */
    private final class Attempt implements Answer {
        private final String key;
        private final LongFunction<? extends C> command;
        private final Answer answer;
        private final long untilMillis;
        private long pauseMillis = FIRST_PAUSE_MILLIS;

        Attempt(String key, LongFunction<? extends C> command, Answer answer, long untilMillis) {
            this.key = key;
            this.command = command;
            this.answer = answer;
            this.untilMillis = untilMillis;
        }

        void run() {
            coordinators.ask(key, command, this);
        }

        @Override
        public void reply(ApiMessage response) {
            answer.reply(response);
        }

        @Override
        public void refuse(Errors error, String message) {
            if (!mayPass(error) || clock.getAsLong() + pauseMillis > untilMillis) {
                answer.refuse(
                        error == Errors.NETWORK_EXCEPTION
                                ? Errors.COORDINATOR_NOT_AVAILABLE
                                : error,
                        message);
                return;
            }
            if (error != Errors.COORDINATOR_LOAD_IN_PROGRESS) {
                var _ = coordinators.coordinatorOf(key);
            }
            alarm.after(pauseMillis, this::run);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        }
    }

    static boolean mayPass(Errors error) {
        return error == Errors.NOT_COORDINATOR
                || error == Errors.NETWORK_EXCEPTION
                || error == Errors.COORDINATOR_NOT_AVAILABLE
                || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
    }
}
