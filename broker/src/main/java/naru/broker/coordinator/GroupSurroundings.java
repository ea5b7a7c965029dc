package naru.broker.coordinator;

import naru.coordination.group.modern.Surroundings;
import naru.coordination.group.modern.TopicCatalog;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The cluster as groups see it. A new version comes when topics or brokers change, not with every
 * record of the metadata.
 *
 * <p>Threads: images come from the metadata thread; any may read.
 */
public final class GroupSurroundings implements Surroundings, Quorum.Listener {
    private final Quorum quorum;
    private volatile Catalog catalog;

    public GroupSurroundings(Quorum quorum) {
        this.quorum = quorum;
        this.catalog = new Catalog(quorum.image(), 0);
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        if (change.brokersChanged()
                || !change.changedTopics().isEmpty()
                || !change.deletedTopics().isEmpty()) {
            catalog = new Catalog(image, catalog.version() + 1);
        }
    }

    @Override
    public TopicCatalog topics() {
        return catalog;
    }

    @Override
    public Map<String, String> configOf(String groupId) {
        return quorum.image().config(new ConfigResource(ConfigResource.Type.GROUP, groupId));
    }

    private record Catalog(ClusterImage image, long version) implements TopicCatalog {
        @Override
        public TopicCatalog.@Nullable Topic topic(String name) {
            ClusterImage.Topic topic = image.topic(name);
            return topic == null ? null : new Facts(image, topic);
        }

        @Override
        public TopicCatalog.@Nullable Topic topic(Uuid id) {
            ClusterImage.Topic topic = image.topic(id);
            return topic == null ? null : new Facts(image, topic);
        }

        @Override
        public Iterable<String> names() {
            return () -> {
                Iterator<ClusterImage.Topic> topics = image.topics().iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return topics.hasNext();
                    }

                    @Override
                    public String next() {
                        return topics.next().name();
                    }
                };
            };
        }
    }

    private record Facts(ClusterImage image, ClusterImage.Topic topic)
            implements TopicCatalog.Topic {
        @Override
        public Uuid id() {
            return topic.id();
        }

        @Override
        public String name() {
            return topic.name();
        }

        @Override
        public int partitionCount() {
            return topic.partitionCount();
        }

        @Override
        public Set<String> racks(int partition) {
            ClusterImage.PartitionState state = topic.partition(partition);
            Set<String> racks = new HashSet<>();
            if (state != null) {
                for (int replica : state.replicas()) {
                    ClusterImage.BrokerNode broker = image.broker(replica);
                    if (broker != null && broker.rack() != null) {
                        racks.add(broker.rack());
                    }
                }
            }
            return racks;
        }
    }
}
