package naru.log;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

import java.util.Optional;

/** Names of partitions' folders, as Kafka gives them. */
final class FolderNames {
    static final String DELETE = "-delete";
    static final String STRAY = "-stray";

    /** A copy that is to replace the partition's log in another folder. */
    static final String FUTURE = "-future";

    /** The log of KRaft's metadata stands in the same folder and is not ours. */
    private static final String METADATA_TOPIC = "__cluster_metadata";

    private static final int LONGEST = 255;

    private FolderNames() {}

    /** The partition whose folder has this name, or empty when it is no partition's. */
    static Optional<TopicPartition> partition(String name) {
        int dash = name.lastIndexOf('-');
        if (dash <= 0 || name.length() - dash - 1 < 1 || name.length() - dash - 1 > 9) {
            return Optional.empty();
        }
        for (int i = dash + 1; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return Optional.empty();
            }
        }
        String topic = name.substring(0, dash);
        return topic.equals(METADATA_TOPIC)
                ? Optional.empty()
                : Optional.of(
                        new TopicPartition(topic, Integer.parseInt(name.substring(dash + 1))));
    }

    /** Whether a partition's folder has this name that holds a copy on its way. */
    static boolean isFuture(String name) {
        return name.endsWith(FUTURE);
    }

    /** The partition of a copy, from {@code topic-partition.uniqueid-future}. */
    static Optional<TopicPartition> partitionOfFuture(String name) {
        int end = name.lastIndexOf('.');
        return isFuture(name) && end > 0 ? partition(name.substring(0, end)) : Optional.empty();
    }

    /** Whether the name of a copy of this partition's log is short enough for a file system. */
    static boolean hasRoomForFuture(TopicPartition partition) {
        return setAside(partition, Uuid.ZERO_UUID, FUTURE).startsWith(partition + ".");
    }

    /** {@code topic-partition.uniqueid-suffix}, the topic cut to what a file name may have. */
    static String setAside(TopicPartition partition, Uuid id, String suffix) {
        String end =
                "-"
                        + partition.partition()
                        + "."
                        + id.toString().replace("-", "").replace("_", "")
                        + suffix;
        String topic = partition.topic();
        int most = LONGEST - end.length();
        return (topic.length() > most ? topic.substring(0, most) : topic) + end;
    }
}
