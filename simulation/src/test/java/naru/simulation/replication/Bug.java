package naru.simulation.replication;

import naru.log.PartitionLog;

import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** A mistake planted into replication, which the checks must find. */
interface Bug {
    Bug NONE = new Bug() {};

    /** As Kafka did before KIP-101: a follower cuts its log to its high watermark. */
    Bug TRUNCATES_TO_HIGH_WATERMARK =
            new Bug() {
                @Override
                public void beforeMetadata(ReplicaNode node, Metadata metadata) {
                    PartitionLog log = node.log();
                    if (log != null && metadata.state().leader() != node.id()) {
                        log.truncateTo(log.highWatermark());
                    }
                }
            };

    /** A follower does not say in which epoch it fetches, and what its last record's was. */
    Bug SAYS_NO_EPOCH =
            new Bug() {
                @Override
                public void beforeFetch(ApiMessage request) {
                    if (request instanceof FetchRequestData fetch) {
                        fetch.topics()
                                .forEach(topic ->
                                        topic.partitions()
                                                .forEach(partition ->
                                                        partition
                                                                .setCurrentLeaderEpoch(-1)
                                                                .setLastFetchedEpoch(-1)));
                    }
                }
            };

    /** A follower says that it has what it has not. */
    Bug PROMISES_TOO_MUCH =
            new Bug() {
                @Override
                public void beforeFetch(ApiMessage request) {
                    if (request instanceof FetchRequestData fetch) {
                        fetch.topics()
                                .forEach(topic ->
                                        topic.partitions()
                                                .forEach(partition ->
                                                        partition.setFetchOffset(
                                                                partition.fetchOffset() + 1)));
                    }
                }
            };

    default void beforeMetadata(ReplicaNode node, Metadata metadata) {}

    default void beforeFetch(ApiMessage request) {}
}
