package naru.connect.worker;

import org.apache.kafka.common.utils.Exit;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * Keeps Kafka's herder from ending the process, which it means to do when it fails: here only its
 * thread ends, and who started it is told.
 */
final class HerderEnd {
    /** Kafka names the herder's thread after its class, and its client behind it. */
    private static final String HERDER = HostedHerder.class.getSimpleName();

    /** There is one worker in a process. */
    private static final AtomicReference<@Nullable Runnable> THEN = new AtomicReference<>();

    private HerderEnd() {}

    /** Ends the herder's thread. */
    private static final class HerderEndedException extends RuntimeException {
        HerderEndedException() {
            super("Connect's worker has failed", null, false, false);
        }
    }

    static void keepProcess(IntConsumer endProcess) {
        Exit.setExitProcedure((status, message) -> {
            if (!Thread.currentThread().getName().startsWith(HERDER)) {
                endProcess.accept(status);
                return;
            }
            Runnable then = THEN.getAndSet(null);
            if (then != null) {
                Thread.ofPlatform().name("connect-end").daemon(true).start(then);
            }
            throw new HerderEndedException();
        });
    }

    static void then(Runnable then) {
        THEN.set(then);
    }
}
