package naru.rest.v3;

import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.rest.cluster.Answers;

import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How far groups are behind the ends of what they read. */
final class LagsApi {
    /**
     * @param member who reads the partition now; null: nobody
     */
    private record Lag(
            TopicPartition partition, @Nullable MemberDescription member, long current, long end) {
        long records() {
            return Math.max(0, end - current);
        }

        String consumerId() {
            return member == null ? "" : member.consumerId();
        }

        @Nullable String instanceId() {
            return member == null ? null : member.groupInstanceId().orElse(null);
        }

        String clientId() {
            return member == null ? "" : member.clientId();
        }
    }

    static Resource resource(Scope scope, String group, TopicPartition partition) {
        return GroupsApi.resource(scope, group)
                .at("lags", "lag", partition.topic())
                .at("partitions", "partition", partition.partition());
    }

    Answer list(Scope scope) throws InterruptedException {
        String group = scope.variable("group");
        List<ObjectNode> all =
                lags(scope).stream()
                        .sorted(
                                Comparator.comparing((Lag lag) -> lag.partition.topic())
                                        .thenComparingInt(lag -> lag.partition.partition()))
                        .map(lag -> tree(scope, group, lag))
                        .toList();
        return GroupsApi.resource(scope, group).at("lags").list("KafkaConsumerLagList", all);
    }

    Answer get(Scope scope) throws InterruptedException {
        TopicPartition wanted =
                new TopicPartition(scope.variable("topic"), scope.number("partition"));
        return Resource.ok(
                lags(scope).stream()
                        .filter(lag -> lag.partition.equals(wanted))
                        .findFirst()
                        .map(lag -> tree(scope, scope.variable("group"), lag))
                        .orElseThrow(Scope::notFound));
    }

    Answer summary(Scope scope) throws InterruptedException {
        String group = scope.variable("group");
        List<Lag> all = lags(scope);
        Lag worst =
                all.stream()
                        .max(Comparator.comparingLong(Lag::records))
                        .orElseThrow(Scope::notFound);
        Resource resource = GroupsApi.resource(scope, group);
        ObjectNode tree = scope.with(resource.at("lag-summary").of("KafkaConsumerGroupLagSummary"));
        tree.put("consumer_group_id", group);
        tree.put("max_lag_consumer_id", worst.consumerId());
        tree.put("max_lag_instance_id", worst.instanceId());
        tree.put("max_lag_client_id", worst.clientId());
        tree.put("max_lag_topic_name", worst.partition.topic());
        tree.put("max_lag_partition_id", worst.partition.partition());
        tree.put("max_lag", worst.records());
        tree.put("total_lag", all.stream().mapToLong(Lag::records).sum());
        GroupsApi.resource(scope, group, worst.consumerId()).linkTo(tree, "max_lag_consumer");
        PartitionsApi.resource(scope, worst.partition.topic(), worst.partition.partition())
                .linkTo(tree, "max_lag_partition");
        return Resource.ok(tree);
    }

    private static List<Lag> lags(Scope scope) throws InterruptedException {
        ConsumerGroupDescription group = GroupsApi.describe(scope);
        Map<TopicPartition, MemberDescription> readers = new HashMap<>();
        for (MemberDescription member : group.members()) {
            member.assignment().topicPartitions().forEach(each -> readers.put(each, member));
        }
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        Answers.of(
                        scope.admin()
                                .listConsumerGroupOffsets(group.groupId())
                                .partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.put(partition, offset);
                    }
                });
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        committed.keySet().forEach(each -> asked.put(each, OffsetSpec.latest()));
        ListOffsetsResult ends =
                scope.admin()
                        .listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
        List<Lag> lags = new ArrayList<>();
        for (Map.Entry<TopicPartition, OffsetAndMetadata> each : committed.entrySet()) {
            lags.add(
                    new Lag(
                            each.getKey(),
                            readers.get(each.getKey()),
                            each.getValue().offset(),
                            Answers.of(ends.partitionResult(each.getKey())).offset()));
        }
        return lags;
    }

    private static ObjectNode tree(Scope scope, String group, Lag lag) {
        ObjectNode tree = scope.with(resource(scope, group, lag.partition).of("KafkaConsumerLag"));
        tree.put("consumer_group_id", group);
        tree.put("topic_name", lag.partition.topic());
        tree.put("partition_id", lag.partition.partition());
        tree.put("consumer_id", lag.consumerId());
        tree.put("instance_id", lag.instanceId());
        tree.put("client_id", lag.clientId());
        tree.put("current_offset", lag.current);
        tree.put("log_end_offset", lag.end);
        tree.put("lag", lag.records());
        return tree;
    }
}
