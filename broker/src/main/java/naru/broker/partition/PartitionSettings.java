package naru.broker.partition;

import naru.log.LogConfig;

/** What partitions ask of the topics' configuration. */
public interface PartitionSettings {
    /** Effective log settings of the topic at this moment. */
    LogConfig log(String topic);

    /** {@code min.insync.replicas} of the topic at this moment. */
    int minInSyncReplicas(String topic);
}
