package naru.coordination.group.consumer;

import naru.coordination.group.modern.TopicCatalog;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicProtocol;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What consumers of the classic protocol put into JoinGroup and SyncGroup, read and written. */
public final class ClassicProtocols {
    /** The only type of classic group whose members can be in a consumer group. */
    public static final String TYPE = "consumer";

    private ClassicProtocols() {}

    static ClassicMemberMetadata metadata(
            int sessionTimeoutMillis, Iterable<JoinGroupRequestProtocol> protocols) {
        List<ClassicProtocol> all = new ArrayList<>();
        protocols.forEach(each ->
                all.add(new ClassicProtocol().setName(each.name()).setMetadata(each.metadata())));
        return new ClassicMemberMetadata()
                .setSessionTimeoutMs(sessionTimeoutMillis)
                .setSupportedProtocols(all);
    }

    static Set<String> names(ClassicMemberMetadata metadata) {
        Set<String> names = new LinkedHashSet<>();
        metadata.supportedProtocols().forEach(each -> names.add(each.name()));
        return names;
    }

    static byte[] metadataOf(ClassicMemberMetadata metadata, String protocol) {
        for (ClassicProtocol each : metadata.supportedProtocols()) {
            if (each.name().equals(protocol)) {
                return each.metadata();
            }
        }
        throw new IllegalArgumentException("the member has no protocol " + protocol);
    }

    /** One that all of these members have, or null. */
    static @Nullable String common(Collection<ConsumerMember> members) {
        Set<String> common = null;
        for (ConsumerMember member : members) {
            ClassicMemberMetadata classic = member.subscription().classic();
            if (classic == null) {
                continue;
            }
            if (common == null) {
                common = names(classic);
            } else {
                common.retainAll(names(classic));
            }
        }
        return common == null || common.isEmpty() ? null : common.iterator().next();
    }

    /**
     * @throws RuntimeException the bytes are of another format
     */
    public static ConsumerProtocolSubscription subscription(byte[] metadata) {
        ByteBuffer bytes = ByteBuffer.wrap(metadata);
        return ConsumerProtocol.deserializeConsumerProtocolSubscription(
                bytes, ConsumerProtocol.deserializeVersion(bytes));
    }

    static TopicPartitions owned(ConsumerProtocolSubscription subscription, TopicCatalog topics) {
        Map<Uuid, Set<Integer>> owned = new HashMap<>();
        subscription
                .ownedPartitions()
                .forEach(each -> {
                    TopicCatalog.Topic topic = topics.topic(each.topic());
                    if (topic != null) {
                        owned.put(topic.id(), new HashSet<>(each.partitions()));
                    }
                });
        return new TopicPartitions(owned);
    }

    /**
     * @param assignment as SyncGroup gave it; empty for nothing
     * @throws RuntimeException the bytes are of another format
     */
    public static TopicPartitions assigned(byte[] assignment, TopicCatalog topics) {
        if (assignment.length == 0) {
            return TopicPartitions.NONE;
        }
        ByteBuffer bytes = ByteBuffer.wrap(assignment);
        ConsumerProtocolAssignment parsed =
                ConsumerProtocol.deserializeConsumerProtocolAssignment(
                        bytes, ConsumerProtocol.deserializeVersion(bytes));
        Map<Uuid, Set<Integer>> assigned = new HashMap<>();
        parsed.assignedPartitions()
                .forEach(each -> {
                    TopicCatalog.Topic topic = topics.topic(each.topic());
                    if (topic != null) {
                        assigned.put(topic.id(), new HashSet<>(each.partitions()));
                    }
                });
        return new TopicPartitions(assigned);
    }

    /** In the version in which the member speaks. */
    static byte[] assignment(
            TopicPartitions partitions, byte[] memberMetadata, TopicCatalog topics) {
        ConsumerProtocolAssignment assignment = new ConsumerProtocolAssignment();
        partitions
                .partitions()
                .forEach((id, indexes) -> {
                    TopicCatalog.Topic topic = topics.topic(id);
                    if (topic != null) {
                        assignment
                                .assignedPartitions()
                                .add(
                                        new ConsumerProtocolAssignment.TopicPartition()
                                                .setTopic(topic.name())
                                                .setPartitions(List.copyOf(indexes)));
                    }
                });
        short version = ConsumerProtocol.deserializeVersion(ByteBuffer.wrap(memberMetadata));
        return Utils.toArray(ConsumerProtocol.serializeAssignment(assignment, version));
    }
}
