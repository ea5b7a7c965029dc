package naru.broker.balance;

import org.apache.kafka.common.TopicPartition;

import java.util.List;

/**
 * Moves, to be made in this order, and what stands in the way of others.
 *
 * @param moves each makes the cluster more even than it was before it
 */
public record Plan(List<Move> moves, List<Obstacle> obstacles) {
    public Plan {
        moves = List.copyOf(moves);
        obstacles = List.copyOf(obstacles);
    }

    /**
     * Why this partition cannot leave its node, and what would help.
     *
     * @param reducible whether it could if it may have fewer replicas
     */
    public record Obstacle(TopicPartition partition, String reason, boolean reducible) {}

    /** Bytes that are copied between nodes. */
    public long copiedBytes() {
        long bytes = 0;
        for (Move move : moves) {
            bytes += move instanceof Move.Replica replica ? replica.sizeBytes() : 0;
        }
        return bytes;
    }
}
