package naru.rest.cluster;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.ExecutionException;

/** Waits for what the cluster answers; clients bound the time themselves. */
public final class Answers {
    private Answers() {}

    /**
     * @throws KafkaException what the cluster refused, or why it could not be asked
     */
    public static <T> T of(@Nullable KafkaFuture<T> future) throws InterruptedException {
        if (future == null) {
            throw new IllegalStateException("a client answers only a part of what it was asked");
        }
        try {
            return future.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof KafkaException known
                    ? known
                    : new KafkaException(failed.getCause());
        }
    }
}
