package naru.coordination.group.consumer;

import naru.coordination.group.modern.HeldPartitions;
import naru.coordination.group.modern.ModernMember;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentValue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a member has at present.
 *
 * @param epoch up to which the member follows the group; what it must send
 * @param previousEpoch what it may still send when an answer was lost; -1 for none
 * @param assigned it may consume these
 * @param revoking it was asked to give these up; nobody else may have them
 */
record Holding(
        int epoch,
        int previousEpoch,
        Standing standing,
        HeldPartitions assigned,
        HeldPartitions revoking) {

    static final Holding NONE =
            new Holding(
                    ModernMember.JOINING,
                    -1,
                    Standing.STABLE,
                    HeldPartitions.NONE,
                    HeldPartitions.NONE);

    /** A static member that is away keeps what it has; what it was asked to give up is free. */
    Holding away() {
        return new Holding(
                ModernMember.LEAVING_FOR_A_WHILE,
                previousEpoch,
                standing,
                assigned,
                HeldPartitions.NONE);
    }

    /** For the process that takes the place of a static member: it begins at this epoch. */
    Holding takenOver(int newEpoch) {
        return new Holding(newEpoch, 0, Standing.STABLE, assigned, HeldPartitions.NONE);
    }

    boolean owns(Uuid topic, int partition) {
        return assigned.contains(topic, partition) || revoking.contains(topic, partition);
    }

    static Holding of(ConsumerGroupCurrentMemberAssignmentValue value) {
        return new Holding(
                value.memberEpoch(),
                value.previousMemberEpoch(),
                Standing.of(value.state()),
                held(value.assignedPartitions(), value.memberEpoch()),
                held(value.partitionsPendingRevocation(), value.memberEpoch()));
    }

    /** Before KIP-1251 partitions were recorded without their epochs. */
    private static HeldPartitions held(
            List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> recorded,
            int memberEpoch) {
        Map<Uuid, Map<Integer, Integer>> held = new HashMap<>();
        for (var topic : recorded) {
            Map<Integer, Integer> partitions =
                    held.computeIfAbsent(topic.topicId(), id -> new HashMap<>());
            List<Integer> indexes = topic.partitions();
            List<Integer> epochs = topic.assignmentEpochs();
            for (int i = 0; i < indexes.size(); i++) {
                boolean known = i < epochs.size();
                partitions.put(indexes.get(i), known ? epochs.get(i) : memberEpoch);
            }
        }
        return new HeldPartitions(held);
    }

    ConsumerGroupCurrentMemberAssignmentValue toValue() {
        return new ConsumerGroupCurrentMemberAssignmentValue()
                .setMemberEpoch(epoch)
                .setPreviousMemberEpoch(previousEpoch)
                .setState(standing.code())
                .setAssignedPartitions(recorded(assigned))
                .setPartitionsPendingRevocation(recorded(revoking));
    }

    private static List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> recorded(
            HeldPartitions held) {
        List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> topics = new ArrayList<>();
        held.epochs()
                .forEach((topic, partitions) ->
                        topics.add(
                                new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions()
                                        .setTopicId(topic)
                                        .setPartitions(List.copyOf(partitions.keySet()))
                                        .setAssignmentEpochs(List.copyOf(partitions.values()))));
        return topics;
    }
}
