package naru.app.explain;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/**
 * What the cluster told about a group.
 *
 * @param type {@code classic}, {@code consumer}, {@code share}, {@code streams}
 * @param state as the cluster names it, in small letters
 * @param epoch of a group of the newer protocols, else null
 * @param apartMillis time between the two looks at its partitions
 * @param nowMillis when it was asked
 */
public record GroupFacts(
        String group,
        String type,
        String state,
        @Nullable Integer epoch,
        List<Member> members,
        List<PartitionFacts> partitions,
        long apartMillis,
        long nowMillis) {

    /**
     * A member.
     *
     * @param name its instance id or else its member id
     * @param target what it is to have in the end, or null when that is not told
     * @param epoch the assignment that it has taken over, or null likewise
     */
    public record Member(
            String name,
            String client,
            String host,
            Set<TopicPartition> assigned,
            @Nullable Set<TopicPartition> target,
            @Nullable Integer epoch) {

        String described() {
            return name + " (" + client + " at " + host.replaceFirst("^/", "") + ")";
        }
    }

    /** Records that wait for the group in all partitions. */
    public long lag() {
        return partitions.stream().mapToLong(PartitionFacts::lag).sum();
    }

    /** Age of the oldest record that waits, or null when none is known to wait. */
    public @Nullable Long behindMillis() {
        @Nullable Long oldest = null;
        for (PartitionFacts partition : partitions) {
            @Nullable Long since = partition.waitingSinceMillis();
            if (since != null && (oldest == null || since < oldest)) {
                oldest = since;
            }
        }
        return oldest == null ? null : (Long) Math.max(0, nowMillis - oldest);
    }
}
