package naru.rest.cluster;

import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;

import java.util.List;

/** What producing has to know of a topic before its first record is sent. */
public final class Topics {
    private Topics() {}

    /**
     * How many partitions a topic has. Where the cluster makes topics by itself, it makes it now.
     *
     * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException when it does not
     */
    public static int partitions(UserClients.Lease lease, String topic)
            throws InterruptedException {
        Producer<byte[], byte[]> producer = lease.producer();
        try {
            return producer.partitionsFor(topic).size();
        } catch (TimeoutException notMade) {
            TopicDescription made =
                    Answers.of(
                            lease.admin()
                                    .describeTopics(List.of(topic))
                                    .topicNameValues()
                                    .get(topic));
            return made.partitions().size();
        }
    }
}
