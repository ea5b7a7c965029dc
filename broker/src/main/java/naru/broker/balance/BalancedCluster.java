package naru.broker.balance;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A cluster as it is looked at and changed. Calls block.
 *
 * <p>Failures: Kafka's {@code ApiException}, when the cluster refuses or does not answer.
 */
public interface BalancedCluster {
    /** All nodes and partitions; write rates are not known. */
    ClusterLoad look();

    /** Replicas of these partitions, the preferred leader first; those that are gone have none. */
    Map<TopicPartition, List<Integer>> replicas(Set<TopicPartition> partitions);

    /** Partitions whose replicas are being moved, by whomever. */
    Set<TopicPartition> moving();

    /** Begins to move replicas; who is in sync of those already there goes on serving. */
    void reassign(Map<TopicPartition, List<Integer>> replicas);

    /** Has the preferred leaders elected; where one is not in sync nothing happens. */
    void elect(Set<TopicPartition> partitions);

    /** What was set dynamically for this broker or topic; empty where the value is not told. */
    Map<String, String> settings(ConfigResource resource);

    /** Sets these, or removes those that are null, for one resource at once. */
    void alter(ConfigResource resource, Map<String, @Nullable String> changes);
}
