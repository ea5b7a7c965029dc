package naru.demo.page;

import naru.demo.weather.WeatherTopic;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the cluster how many records there are, and how far the groups are with them. */
final class ClusterLook {
    private static final long PATIENCE_SECONDS = 5;

    private final Admin admin;
    private final List<Reader> readers;

    /**
     * A consumer group of the pipeline.
     *
     * @param what in a few words, what it does
     */
    record Reader(String group, String what, List<WeatherTopic> topics) {}

    /** Where each partition begins and ends. */
    record Extent(Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends) {
        long records(String topic) {
            return ends.entrySet().stream()
                    .filter(end -> end.getKey().topic().equals(topic))
                    .mapToLong(end -> end.getValue() - begins.getOrDefault(end.getKey(), 0L))
                    .sum();
        }
    }

    ClusterLook(Admin admin, List<Reader> readers) {
        this.admin = admin;
        this.readers = readers;
    }

    Extent extent() throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, OffsetSpec> begins = new HashMap<>();
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (TopicPartition each : partitions(Arrays.asList(WeatherTopic.values()))) {
            begins.put(each, OffsetSpec.earliest());
            ends.put(each, OffsetSpec.latest());
        }
        var first = admin.listOffsets(begins).all();
        var last = admin.listOffsets(ends).all();
        Map<TopicPartition, Long> from = new HashMap<>();
        Map<TopicPartition, Long> to = new HashMap<>();
        first.get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .forEach((partition, offset) -> from.put(partition, offset.offset()));
        last.get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .forEach((partition, offset) -> to.put(partition, offset.offset()));
        return new Extent(from, to);
    }

    List<Snapshot.Group> groups(Extent extent)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<String, ListConsumerGroupOffsetsSpec> wanted = new HashMap<>();
        readers.forEach(reader -> wanted.put(reader.group, new ListConsumerGroupOffsetsSpec()));
        Map<String, Map<TopicPartition, OffsetAndMetadata>> committed =
                admin.listConsumerGroupOffsets(wanted)
                        .all()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        List<Snapshot.Group> groups = new ArrayList<>();
        for (Reader reader : readers) {
            groups.add(group(reader, committed.getOrDefault(reader.group, Map.of()), extent));
        }
        return groups;
    }

    private static Snapshot.Group group(
            Reader reader, Map<TopicPartition, OffsetAndMetadata> committed, Extent extent) {
        List<Snapshot.Position> positions = new ArrayList<>();
        long lag = 0;
        for (TopicPartition each : partitions(reader.topics)) {
            OffsetAndMetadata done = committed.get(each);
            long end = extent.ends.getOrDefault(each, 0L);
            long from = done == null ? extent.begins.getOrDefault(each, 0L) : done.offset();
            lag += Math.max(0, end - from);
            positions.add(
                    new Snapshot.Position(
                            each.topic(),
                            each.partition(),
                            done == null ? -1 : done.offset(),
                            end));
        }
        return new Snapshot.Group(reader.group, reader.what, lag, positions);
    }

    private static List<TopicPartition> partitions(Collection<WeatherTopic> topics) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (WeatherTopic topic : topics) {
            for (int number = 0; number < WeatherTopic.PARTITIONS; number++) {
                partitions.add(new TopicPartition(topic.topic(), number));
            }
        }
        partitions.sort(
                Comparator.comparing(TopicPartition::topic)
                        .thenComparingInt(TopicPartition::partition));
        return partitions;
    }
}
