package naru.broker.balance;

import org.apache.kafka.common.TopicPartition;

import java.util.List;

/** One step of a plan. Valid while the partition's replicas are as {@link #before()} says. */
public sealed interface Move {
    TopicPartition partition();

    List<Integer> before();

    List<Integer> after();

    int from();

    String reason();

    /**
     * Another of the replicas leads: it becomes the preferred one, unless it is, and is elected.
     * Nothing is copied.
     */
    record Leader(
            TopicPartition partition,
            List<Integer> before,
            List<Integer> after,
            int from,
            int to,
            String reason)
            implements Move {}

    /** A replica goes to another node, in the same place of the list. */
    record Replica(
            TopicPartition partition,
            List<Integer> before,
            List<Integer> after,
            int from,
            int to,
            long sizeBytes,
            double bytesPerSecond,
            String reason)
            implements Move {}

    /** A replica is given up, and none comes for it. */
    record Drop(
            TopicPartition partition,
            List<Integer> before,
            List<Integer> after,
            int from,
            String reason)
            implements Move {}
}
