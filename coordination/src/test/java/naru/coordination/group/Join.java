package naru.coordination.group;

import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** A JoinGroup request to be: what a test says of it, and plain values for the rest. */
record Join(
        String groupId,
        String memberId,
        @Nullable String instanceId,
        short version,
        int sessionTimeoutMillis,
        int rebalanceTimeoutMillis,
        String protocolType,
        List<String> protocols,
        String metadata) {

    static Join dynamic() {
        return new Join(
                ShardRun.GROUP,
                "",
                null,
                (short) 9,
                10_000,
                60_000,
                "consumer",
                List.of("range"),
                "m");
    }

    static Join statically(String instanceId) {
        Join plain = dynamic();
        return new Join(
                plain.groupId,
                "",
                instanceId,
                plain.version,
                plain.sessionTimeoutMillis,
                plain.rebalanceTimeoutMillis,
                plain.protocolType,
                plain.protocols,
                plain.metadata);
    }

    Join as(String id) {
        return new Join(
                groupId,
                id,
                instanceId,
                version,
                sessionTimeoutMillis,
                rebalanceTimeoutMillis,
                protocolType,
                protocols,
                metadata);
    }

    Join inVersion(int other) {
        return new Join(
                groupId,
                memberId,
                instanceId,
                (short) other,
                sessionTimeoutMillis,
                rebalanceTimeoutMillis,
                protocolType,
                protocols,
                metadata);
    }

    Join withSession(int millis) {
        return new Join(
                groupId,
                memberId,
                instanceId,
                version,
                millis,
                rebalanceTimeoutMillis,
                protocolType,
                protocols,
                metadata);
    }

    Join withProtocols(String type, String... names) {
        return new Join(
                groupId,
                memberId,
                instanceId,
                version,
                sessionTimeoutMillis,
                rebalanceTimeoutMillis,
                type,
                List.of(names),
                metadata);
    }

    Join withMetadata(String other) {
        return new Join(
                groupId,
                memberId,
                instanceId,
                version,
                sessionTimeoutMillis,
                rebalanceTimeoutMillis,
                protocolType,
                protocols,
                other);
    }

    /** Subscribes as a consumer does: the metadata names the topic. */
    Join subscribedTo(String topic) {
        return withMetadata("topic:" + topic);
    }

    private byte[] metadataBytes() {
        if (metadata.startsWith("topic:")) {
            String topic = metadata.substring("topic:".length());
            return Utils.toArray(
                    ConsumerProtocol.serializeSubscription(new Subscription(List.of(topic))));
        }
        return ShardRun.bytes(metadata);
    }

    GroupCommand command(long ticket) {
        JoinGroupRequestProtocolCollection offered = new JoinGroupRequestProtocolCollection();
        for (String name : protocols) {
            offered.add(new JoinGroupRequestProtocol().setName(name).setMetadata(metadataBytes()));
        }
        return new GroupCommand.JoinGroup(
                ticket,
                version,
                "client",
                "/127.0.0.1",
                new JoinGroupRequestData()
                        .setGroupId(groupId)
                        .setMemberId(memberId)
                        .setGroupInstanceId(instanceId)
                        .setSessionTimeoutMs(sessionTimeoutMillis)
                        .setRebalanceTimeoutMs(rebalanceTimeoutMillis)
                        .setProtocolType(protocolType)
                        .setProtocols(offered));
    }
}
