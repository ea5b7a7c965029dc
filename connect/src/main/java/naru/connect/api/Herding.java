package naru.connect.api;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Refusal;

import org.apache.kafka.connect.runtime.distributed.RequestTargetException;
import org.apache.kafka.connect.util.FutureCallback;
import org.apache.kafka.connect.util.StagedTimeoutException;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/** Asks the herder and waits for it; what another worker has to do is asked there. */
final class Herding {
    private static final int ANSWER_SECONDS_MOST = 90;

    private final Forwarding forwarding;

    Herding(Forwarding forwarding) {
        this.forwarding = forwarding;
    }

    /** The herder's result, which this worker itself can give. */
    <T> T ask(Consumer<FutureCallback<T>> question) throws InterruptedException {
        try {
            return await(question);
        } catch (RequestTargetException elsewhere) {
            throw busy();
        }
    }

    /** The herder's result as an answer, or the answer of the worker that has to give it. */
    <T> Answer askWherever(
            Call call,
            byte[] body,
            Consumer<FutureCallback<T>> question,
            Function<T, Answer> answer)
            throws InterruptedException {
        try {
            return answer.apply(await(question));
        } catch (RequestTargetException elsewhere) {
            String forward = call.parameter("forward");
            if (forward != null && !Boolean.parseBoolean(forward)) {
                throw busy();
            }
            if (elsewhere.forwardUrl() == null || elsewhere.forwardUrl().isEmpty()) {
                throw busy();
            }
            // Twice: whoever leads may have changed meanwhile, and knows who leads now.
            return forwarding.send(elsewhere.forwardUrl(), call, body, forward == null);
        }
    }

    private static Refusal busy() {
        return new Refusal(
                409,
                "Cannot complete request because of a conflicting operation (e.g. worker"
                        + " rebalance)");
    }

    private static <T> T await(Consumer<FutureCallback<T>> question)
            throws RequestTargetException, InterruptedException {
        FutureCallback<T> done = new FutureCallback<>();
        try {
            question.accept(done);
            return done.get(ANSWER_SECONDS_MOST, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            if (cause instanceof RequestTargetException elsewhere) {
                throw elsewhere;
            }
            throw WorkerErrors.refusal(cause);
        } catch (StagedTimeoutException slow) {
            throw new Refusal(
                    500, "Request timed out. The worker is currently " + slow.stage().summarize());
        } catch (TimeoutException slow) {
            throw new Refusal(500, "Request timed out");
        } catch (RequestTargetException elsewhere) {
            throw elsewhere;
        } catch (RuntimeException refused) {
            throw WorkerErrors.refusal(refused);
        }
    }
}
