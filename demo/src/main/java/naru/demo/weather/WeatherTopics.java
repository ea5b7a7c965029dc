package naru.demo.weather;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicListing;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/** The pipeline's topics in a cluster. */
public final class WeatherTopics {
    /** Days of 2012 are older than what a topic keeps by itself. */
    static final Map<String, String> FOREVER = Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1");

    private WeatherTopics() {}

    /** Makes those that are not there. */
    public static void create(Admin admin) throws ExecutionException, InterruptedException {
        List<NewTopic> wanted =
                Arrays.stream(WeatherTopic.values())
                        .map(topic ->
                                new NewTopic(
                                                topic.topic(),
                                                Optional.of(WeatherTopic.PARTITIONS),
                                                Optional.empty())
                                        .configs(FOREVER))
                        .toList();
        for (var outcome : admin.createTopics(wanted).values().values()) {
            try {
                outcome.get();
            } catch (ExecutionException refused) {
                if (!(refused.getCause() instanceof TopicExistsException)) {
                    throw refused;
                }
            }
        }
    }

    /** Deletes them, and those that Kafka Streams made for its stores. */
    public static void delete(Admin admin) throws ExecutionException, InterruptedException {
        Set<String> ours = new HashSet<>();
        for (TopicListing listing : admin.listTopics().listings().get()) {
            boolean mine =
                    Arrays.stream(WeatherTopic.values())
                            .anyMatch(topic -> topic.topic().equals(listing.name()));
            if (mine || listing.name().startsWith(WeatherStreams.APPLICATION + "-")) {
                ours.add(listing.name());
            }
        }
        for (var outcome : admin.deleteTopics(ours).topicNameValues().values()) {
            try {
                outcome.get();
            } catch (ExecutionException refused) {
                if (!(refused.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw refused;
                }
            }
        }
    }
}
