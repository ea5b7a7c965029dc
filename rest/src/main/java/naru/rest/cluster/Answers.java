package naru.rest.cluster;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

import java.util.concurrent.ExecutionException;

/** Waits for what the cluster answers; clients bound the time themselves. */
public final class Answers {
    private Answers() {}

    /**
     * @throws KafkaException what the cluster refused, or why it could not be asked
     */
    public static <T> T of(KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof KafkaException known
                    ? known
                    : new KafkaException(failed.getCause());
        }
    }
}
