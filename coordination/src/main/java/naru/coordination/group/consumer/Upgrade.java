package naru.coordination.group.consumer;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Draft;
import naru.coordination.group.modern.HeldPartitions;
import naru.coordination.group.modern.RecordBytes;
import naru.coordination.group.modern.TopicCatalog;
import naru.coordination.group.modern.TopicPartitions;
import naru.coordination.group.modern.TopicsHash;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicProtocol;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns a classic group of consumers into one of the newer protocol, with its members. */
public final class Upgrade {
    private Upgrade() {}

    /**
     * A member of the classic group.
     *
     * @param protocols metadata by name, the preferred first
     * @param metadata of the protocol that the group has chosen
     * @param assignment as its leader gave it; empty for none
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Candidate(
            String id,
            @Nullable String instanceId,
            String clientId,
            String clientHost,
            int rebalanceTimeoutMillis,
            int sessionTimeoutMillis,
            Map<String, byte[]> protocols,
            byte[] metadata,
            byte[] assignment) {}

    /**
     * Members keep what they have, in an epoch that is their generation. The records go into the
     * draft; what is returned is the group as it will be when they are applied.
     *
     * @throws RuntimeException a member's metadata or assignment is not a consumer's
     */
    public static ConsumerGroup decide(
            String groupId,
            int generation,
            List<Candidate> candidates,
            TopicCatalog topics,
            Draft draft) {
        List<ConsumerMember> members = new ArrayList<>(candidates.size());
        Map<String, TopicPartitions> assigned = new HashMap<>();
        for (Candidate candidate : candidates) {
            TopicPartitions has = ClassicProtocols.assigned(candidate.assignment(), topics);
            assigned.put(candidate.id(), has);
            members.add(member(candidate, has, generation));
        }
        Set<String> names = new HashSet<>();
        members.forEach(member -> names.addAll(member.subscription().names()));
        List<CoordinatorRecord> records = new ArrayList<>();
        members.forEach(member -> records.add(ConsumerRecord.member(groupId, member)));
        records.add(ConsumerRecord.epoch(groupId, generation, TopicsHash.of(names, topics)));
        assigned.forEach((memberId, target) ->
                records.add(ConsumerRecord.target(groupId, memberId, target)));
        records.add(ConsumerRecord.targetEpoch(groupId, generation, draft.nowMillis()));
        members.forEach(member -> records.add(ConsumerRecord.current(groupId, member)));
        ConsumerGroup group = new ConsumerGroup(groupId);
        for (CoordinatorRecord record : records) {
            draft.append(record);
            ConsumerRecord decoded =
                    ConsumerRecord.decode(
                            CoordinatorRecordType.fromId(RecordBytes.kind(record)), record);
            if (decoded != null) {
                group.apply(decoded);
            }
        }
        return group;
    }

    private static ConsumerMember member(Candidate candidate, TopicPartitions has, int generation) {
        ConsumerProtocolSubscription subscription =
                ClassicProtocols.subscription(candidate.metadata());
        List<ClassicProtocol> protocols = new ArrayList<>();
        candidate
                .protocols()
                .forEach((name, metadata) ->
                        protocols.add(new ClassicProtocol().setName(name).setMetadata(metadata)));
        String rack = subscription.rackId();
        return new ConsumerMember(
                candidate.id(),
                new Subscription(
                        candidate.instanceId(),
                        rack == null || rack.isEmpty() ? null : rack,
                        candidate.clientId(),
                        candidate.clientHost(),
                        candidate.rebalanceTimeoutMillis(),
                        Subscription.inOrder(subscription.topics()),
                        "",
                        null,
                        new ClassicMemberMetadata()
                                .setSessionTimeoutMs(candidate.sessionTimeoutMillis())
                                .setSupportedProtocols(protocols)),
                new Holding(
                        generation,
                        generation,
                        Standing.STABLE,
                        held(has, generation),
                        HeldPartitions.NONE));
    }

    private static HeldPartitions held(TopicPartitions partitions, int epoch) {
        Map<Uuid, Map<Integer, Integer>> held = new HashMap<>();
        partitions.forEach((topic, index) ->
                held.computeIfAbsent(topic, id -> new HashMap<>()).put(index, epoch));
        return new HeldPartitions(held);
    }
}
