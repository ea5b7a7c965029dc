package naru.app.cli;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

import java.util.ArrayList;
import java.util.List;

/** Partitions as options name them: {@code TOPIC} for all, {@code TOPIC:0,2} for some. */
final class PartitionSelection {
    private PartitionSelection() {}

    /** The partitions that the texts name; all of them exist. */
    static List<TopicPartition> find(Admin admin, List<String> texts) {
        List<TopicPartition> found = new ArrayList<>();
        for (String text : texts) {
            int colon = text.lastIndexOf(':');
            String topic = colon < 0 ? text : text.substring(0, colon);
            List<TopicPartition> existing = existing(admin, topic);
            if (colon < 0) {
                found.addAll(existing);
                continue;
            }
            for (int number : numbers(text.substring(colon + 1))) {
                TopicPartition wanted = new TopicPartition(topic, number);
                if (!existing.contains(wanted)) {
                    throw new CommandFailure(
                            "topic "
                                    + topic
                                    + " has no partition "
                                    + number
                                    + ", only 0 to "
                                    + (existing.size() - 1));
                }
                found.add(wanted);
            }
        }
        return found;
    }

    private static List<TopicPartition> existing(Admin admin, String topic) {
        List<TopicPartition> existing = new ArrayList<>();
        var description =
                ClusterCommand.await(
                        admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
        for (TopicPartitionInfo info : description.partitions()) {
            existing.add(new TopicPartition(topic, info.partition()));
        }
        return existing;
    }

    static List<Integer> numbers(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String number : list.split(",", -1)) {
            try {
                numbers.add(Integer.parseInt(number.strip()));
            } catch (NumberFormatException none) {
                throw new CommandFailure(
                        "'" + number + "' is no partition; use TOPIC or TOPIC:0,1", none);
            }
        }
        return numbers;
    }
}
