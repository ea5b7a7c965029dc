package naru.log;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

import java.util.Optional;

/** Names of partitions' folders, as Kafka gives them. */
final class FolderNames {
    static final String DELETE = "-delete";
    static final String STRAY = "-stray";

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

    /** {@code topic-partition.uniqueid-suffix}, the topic cut to what a file name may have. */
    static String setAside(TopicPartition partition, String suffix) {
        String end =
                "-"
                        + partition.partition()
                        + "."
                        + Uuid.randomUuid().toString().replace("-", "").replace("_", "")
                        + suffix;
        String topic = partition.topic();
        int most = LONGEST - end.length();
        return (topic.length() > most ? topic.substring(0, most) : topic) + end;
    }
}
