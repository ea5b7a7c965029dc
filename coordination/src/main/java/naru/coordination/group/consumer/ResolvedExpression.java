package naru.coordination.group.consumer;

import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionValue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The topics that a regular expression stood for when it was last evaluated.
 *
 * @param version of the topics then
 */
record ResolvedExpression(Set<String> topics, long version, long atMillis) {
    ResolvedExpression {
        topics = Set.copyOf(topics);
    }

    static ResolvedExpression of(ConsumerGroupRegularExpressionValue value) {
        return new ResolvedExpression(
                Set.copyOf(new TreeSet<>(value.topics())), value.version(), value.timestamp());
    }

    ConsumerGroupRegularExpressionValue toValue() {
        return new ConsumerGroupRegularExpressionValue()
                .setTopics(List.copyOf(new TreeSet<>(topics)))
                .setVersion(version)
                .setTimestamp(atMillis);
    }
}
