package naru.rest.v3;

import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.rest.cluster.Answers;

import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Consumer groups, their members, and what each reads. */
final class GroupsApi {
    Answer list(Scope scope) throws InterruptedException {
        List<String> ids =
                Answers.of(scope.admin().listGroups(ListGroupsOptions.forConsumerGroups()).all())
                        .stream()
                        .map(GroupListing::groupId)
                        .sorted()
                        .toList();
        var asked = scope.admin().describeConsumerGroups(ids).describedGroups();
        List<ObjectNode> all = new ArrayList<>();
        for (String id : ids) {
            try {
                all.add(tree(scope, Answers.of(asked.get(id))));
            } catch (GroupIdNotFoundException endedMeanwhile) {
                // What is not there any more is not listed.
            }
        }
        return scope.cluster().at("consumer-groups").list("KafkaConsumerGroupList", all);
    }

    Answer get(Scope scope) throws InterruptedException {
        return Resource.ok(tree(scope, describe(scope)));
    }

    static ConsumerGroupDescription describe(Scope scope) throws InterruptedException {
        String id = scope.variable("group");
        return Answers.of(
                scope.admin().describeConsumerGroups(List.of(id)).describedGroups().get(id));
    }

    static Resource resource(Scope scope, String group) {
        return scope.cluster().at("consumer-groups", "consumer-group", group);
    }

    private static ObjectNode tree(Scope scope, ConsumerGroupDescription group) {
        Resource resource = resource(scope, group.groupId());
        ObjectNode tree = scope.with(resource.of("KafkaConsumerGroup"));
        tree.put("consumer_group_id", group.groupId());
        tree.put("is_simple", group.isSimpleConsumerGroup());
        tree.put("partition_assignor", group.partitionAssignor());
        tree.put("state", group.groupState().name());
        Node coordinator = group.coordinator();
        if (coordinator != null && !coordinator.isEmpty()) {
            ClustersApi.resource(scope, coordinator.id()).linkTo(tree, "coordinator");
        }
        resource.link(tree, "consumers", "consumers");
        resource.link(tree, "lag_summary", "lag-summary");
        return tree;
    }

    Answer consumers(Scope scope) throws InterruptedException {
        ConsumerGroupDescription group = describe(scope);
        List<ObjectNode> all =
                group.members().stream()
                        .sorted(Comparator.comparing(MemberDescription::consumerId))
                        .map(member -> tree(scope, group.groupId(), member))
                        .toList();
        return resource(scope, group.groupId()).at("consumers").list("KafkaConsumerList", all);
    }

    Answer consumer(Scope scope) throws InterruptedException {
        return Resource.ok(tree(scope, scope.variable("group"), member(scope)));
    }

    private static MemberDescription member(Scope scope) throws InterruptedException {
        String wanted = scope.variable("consumer");
        return describe(scope).members().stream()
                .filter(member -> member.consumerId().equals(wanted))
                .findFirst()
                .orElseThrow(Scope::notFound);
    }

    static Resource resource(Scope scope, String group, String consumer) {
        return resource(scope, group).at("consumers", "consumer", consumer);
    }

    private static ObjectNode tree(Scope scope, String group, MemberDescription member) {
        Resource resource = resource(scope, group, member.consumerId());
        ObjectNode tree = scope.with(resource.of("KafkaConsumer"));
        tree.put("consumer_group_id", group);
        tree.put("consumer_id", member.consumerId());
        tree.put("instance_id", member.groupInstanceId().orElse(null));
        tree.put("client_id", member.clientId());
        resource.link(tree, "assignments", "assignments");
        return tree;
    }

    Answer assignments(Scope scope) throws InterruptedException {
        String group = scope.variable("group");
        MemberDescription member = member(scope);
        List<ObjectNode> all =
                member.assignment().topicPartitions().stream()
                        .sorted(
                                Comparator.comparing(TopicPartition::topic)
                                        .thenComparingInt(TopicPartition::partition))
                        .map(partition -> tree(scope, group, member, partition))
                        .toList();
        return resource(scope, group, member.consumerId())
                .at("assignments")
                .list("KafkaConsumerAssignmentList", all);
    }

    Answer assignment(Scope scope) throws InterruptedException {
        TopicPartition wanted =
                new TopicPartition(scope.variable("topic"), scope.number("partition"));
        MemberDescription member = member(scope);
        if (!member.assignment().topicPartitions().contains(wanted)) {
            throw Scope.notFound();
        }
        return Resource.ok(tree(scope, scope.variable("group"), member, wanted));
    }

    private static ObjectNode tree(
            Scope scope, String group, MemberDescription member, TopicPartition partition) {
        Resource assignment =
                resource(scope, group, member.consumerId())
                        .at("assignments", "assignment", partition.topic())
                        .at("partitions", "partition", partition.partition());
        ObjectNode tree = scope.with(assignment.of("KafkaConsumerAssignment"));
        tree.put("consumer_group_id", group);
        tree.put("consumer_id", member.consumerId());
        tree.put("topic_name", partition.topic());
        tree.put("partition_id", partition.partition());
        PartitionsApi.resource(scope, partition.topic(), partition.partition())
                .linkTo(tree, "partition");
        LagsApi.resource(scope, group, partition).linkTo(tree, "lag");
        return tree;
    }
}
