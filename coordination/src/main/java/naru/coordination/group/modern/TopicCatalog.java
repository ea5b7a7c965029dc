package naru.coordination.group.modern;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/** The topics of the cluster at one time. Immutable. */
public interface TopicCatalog {
    /** Another number for other topics, partitions or racks; says nothing of the order. */
    long version();

    @Nullable Topic topic(String name);

    @Nullable Topic topic(Uuid id);

    Iterable<String> names();

    /** A topic with its partitions. */
    interface Topic {
        Uuid id();

        String name();

        int partitionCount();

        /** Racks of the brokers that hold replicas of the partition, as far as brokers say. */
        Set<String> racks(int partition);
    }
}
