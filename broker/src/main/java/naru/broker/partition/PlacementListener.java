package naru.broker.partition;

import org.apache.kafka.common.Uuid;

/**
 * Told in which data folder this broker has a replica, when the metadata do not say so; {@code
 * DirectoryId.LOST} for one that is given up.
 */
@FunctionalInterface
public interface PlacementListener {
    /** Must not block. */
    void onPlaced(Uuid topicId, int partition, Uuid directoryId);
}
