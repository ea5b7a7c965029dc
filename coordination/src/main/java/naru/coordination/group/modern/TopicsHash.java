package naru.coordination.group.modern;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.group.Utils;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One number for all that an assignment depends on in some topics (KIP-1101). Kafka's own function,
 * so that a group does not rebalance because its coordinator moved between Kafka and Naru.
 */
public final class TopicsHash {
    private TopicsHash() {}

    /** Topics that do not exist do not count. 0 for none. */
    public static long of(Collection<String> names, TopicCatalog topics) {
        CoordinatorMetadataImage image = image(topics);
        Map<String, Long> hashes = new HashMap<>();
        for (String name : names) {
            if (topics.topic(name) != null) {
                hashes.put(name, Utils.computeTopicHash(name, image));
            }
        }
        return Utils.computeGroupHash(hashes);
    }

    /** Topics one by one, as Kafka's functions read them. */
    public static CoordinatorMetadataImage image(TopicCatalog topics) {
        return new Image(topics);
    }

    private record Image(TopicCatalog topics) implements CoordinatorMetadataImage {
        @Override
        public Set<Uuid> topicIds() {
            throw new UnsupportedOperationException("topics are read one by one");
        }

        @Override
        public Set<String> topicNames() {
            throw new UnsupportedOperationException("topics are read one by one");
        }

        @Override
        public Optional<TopicMetadata> topicMetadata(String name) {
            return Optional.ofNullable(topics.topic(name)).map(Facts::new);
        }

        @Override
        public Optional<TopicMetadata> topicMetadata(Uuid id) {
            return Optional.ofNullable(topics.topic(id)).map(Facts::new);
        }

        @Override
        public CoordinatorMetadataDelta emptyDelta() {
            throw new UnsupportedOperationException("there is one image");
        }

        @Override
        public long version() {
            return topics.version();
        }

        @Override
        public boolean isEmpty() {
            return false;
        }
    }

    private record Facts(TopicCatalog.Topic topic)
            implements CoordinatorMetadataImage.TopicMetadata {
        @Override
        public String name() {
            return topic.name();
        }

        @Override
        public Uuid id() {
            return topic.id();
        }

        @Override
        public int partitionCount() {
            return topic.partitionCount();
        }

        @Override
        public List<String> partitionRacks(int partition) {
            return new ArrayList<>(topic.racks(partition));
        }
    }
}
