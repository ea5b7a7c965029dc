package naru.coordination.group.consumer;

import naru.coordination.Draft;
import naru.coordination.group.modern.RecordBytes;

import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue.MemberMetadata;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Turns a group in which only classic members are left into a classic group. */
final class Downgrade {
    private static final short GROUP_VERSION = 3;

    private Downgrade() {}

    static boolean isPossible(ConsumerChange change, ConsumerSettings settings) {
        Collection<ConsumerMember> members = change.members();
        return !members.isEmpty()
                && settings.migration().isDowngradeEnabled()
                && members.size() <= settings.classicMaxSize()
                && members.stream().allMatch(ConsumerMember::isClassic)
                && ClassicProtocols.common(members) != null;
    }

    /** The members keep what they have; the first one becomes their leader. */
    static void decide(ConsumerChange change, Draft draft) {
        Collection<ConsumerMember> members = change.members();
        String protocol = ClassicProtocols.common(members);
        if (protocol == null) {
            throw new IllegalStateException("members without a common protocol");
        }
        List<MemberMetadata> saved = new ArrayList<>(members.size());
        members.forEach(member -> saved.add(saved(member, protocol, change)));
        change.dissolve();
        draft.append(
                RecordBytes.record(
                        CoordinatorRecordType.GROUP_METADATA,
                        new GroupMetadataKey().setGroup(change.groupId()),
                        GROUP_VERSION,
                        new GroupMetadataValue()
                                .setProtocolType(ClassicProtocols.TYPE)
                                .setGeneration(change.epoch())
                                .setProtocol(protocol)
                                .setLeader(saved.getFirst().memberId())
                                .setCurrentStateTimestamp(draft.nowMillis())
                                .setMembers(saved)));
    }

    private static MemberMetadata saved(
            ConsumerMember member, String protocol, ConsumerChange change) {
        Subscription subscription = member.subscription();
        ClassicMemberMetadata classic = subscription.classic();
        if (classic == null) {
            throw new IllegalStateException(member.id() + " is no classic member");
        }
        byte[] metadata = ClassicProtocols.metadataOf(classic, protocol);
        return new MemberMetadata()
                .setMemberId(member.id())
                .setGroupInstanceId(member.instanceId())
                .setClientId(subscription.clientId())
                .setClientHost(subscription.clientHost())
                .setRebalanceTimeout(subscription.rebalanceTimeoutMillis())
                .setSessionTimeout(classic.sessionTimeoutMs())
                .setSubscription(metadata)
                .setAssignment(
                        ClassicProtocols.assignment(
                                member.holding().assigned().withoutEpochs(),
                                metadata,
                                change.topics()));
    }
}
