package naru.app.explain;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What a cluster told of itself.
 *
 * @param clusterId as the cluster says
 * @param quorum null when it is not told
 */
public record ClusterFacts(
        String clusterId,
        int topics,
        List<NodeFacts> nodes,
        List<PartitionFacts> partitions,
        List<MoveFacts> moves,
        @Nullable QuorumFacts quorum) {

    /** How a node stands. */
    public enum State {
        active,
        fenced,
        /** All its data folders are cordoned: it gets no replicas. */
        draining,
        /** Registered as no broker. */
        controller,
        /** Registered, and does not answer. */
        silent
    }

    /**
     * @param host null when it is not told
     * @param version newest version of Kafka that its software is like, or null
     * @param sizeBytes null when the node does not say
     */
    public record NodeFacts(
            int id,
            @Nullable String host,
            @Nullable Integer port,
            @Nullable String rack,
            List<String> roles,
            State state,
            @Nullable String version,
            int leaders,
            int replicas,
            @Nullable Long sizeBytes,
            @Nullable Long freeBytes,
            List<String> offlineFolders) {}

    /**
     * @param leader null when there is none
     * @param replicas but for those that are only on their way
     * @param eligible out of sync, and known to have all that is committed (KIP-966)
     * @param minInSync {@code min.insync.replicas} of its topic, or null when it is not known
     */
    public record PartitionFacts(
            TopicPartition id,
            @Nullable Integer leader,
            List<Integer> replicas,
            List<Integer> inSync,
            List<Integer> eligible,
            @Nullable Integer minInSync) {
        public boolean isOffline() {
            return leader == null;
        }

        public boolean isUnderReplicated() {
            return inSync.size() < replicas.size();
        }

        /** Of a partition with fewer replicas than the minimum all of them are enough (KIP-966). */
        public boolean isUnderMinimum() {
            return minInSync != null && inSync.size() < Math.min(minInSync, replicas.size());
        }
    }

    /** Replicas of a partition on their way. */
    public record MoveFacts(TopicPartition id, List<Integer> coming, List<Integer> going) {}

    /**
     * @param leader node that leads it
     */
    public record QuorumFacts(int leader, long epoch, List<MemberFacts> members) {}

    /**
     * @param role leader, voter or observer
     * @param lag records of the metadata log that it lacks
     * @param behindMillis since when it has not been caught up, or null when that is not known
     */
    public record MemberFacts(int id, String role, long lag, @Nullable Long behindMillis) {
        public boolean isVoter() {
            return !role.equals("observer");
        }
    }
}
