package naru.coordination.group.consumer;

import naru.coordination.group.modern.Caller;

import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Who a member is and what it wants.
 *
 * @param names of topics, in order, each once
 * @param expression a regular expression of topics; null or empty for none
 * @param assignor that it prefers
 * @param classic what a member of the classic protocol brought; null for a member of the newer one.
 *     Never changed
 */
record Subscription(
        @Nullable String instanceId,
        @Nullable String rackId,
        String clientId,
        String clientHost,
        int rebalanceTimeoutMillis,
        List<String> names,
        @Nullable String expression,
        @Nullable String assignor,
        @Nullable ClassicMemberMetadata classic) {

    static final Subscription NONE =
            new Subscription(null, null, "", "", -1, List.of(), null, null, null);

    static List<String> inOrder(List<String> names) {
        return List.copyOf(new TreeSet<>(names));
    }

    /** What the request does not say stays as it is. */
    Subscription updatedBy(ConsumerGroupHeartbeatRequestData request, Caller caller) {
        return new Subscription(
                request.instanceId() == null ? instanceId : request.instanceId(),
                request.rackId() == null ? rackId : request.rackId(),
                caller.clientId(),
                caller.host(),
                request.rebalanceTimeoutMs() == -1
                        ? rebalanceTimeoutMillis
                        : request.rebalanceTimeoutMs(),
                request.subscribedTopicNames() == null
                        ? names
                        : inOrder(request.subscribedTopicNames()),
                request.subscribedTopicRegex() == null
                        ? expression
                        : request.subscribedTopicRegex(),
                request.serverAssignor() == null ? assignor : request.serverAssignor(),
                null);
    }

    /** The expression if there is one. */
    @Nullable String pattern() {
        return expression == null || expression.isEmpty() ? null : expression;
    }

    boolean wantsOtherTopicsThan(Subscription other) {
        return !names.equals(other.names) || !Objects.equals(pattern(), other.pattern());
    }

    static Subscription of(ConsumerGroupMemberMetadataValue value) {
        return new Subscription(
                value.instanceId(),
                value.rackId(),
                value.clientId(),
                value.clientHost(),
                value.rebalanceTimeoutMs(),
                inOrder(value.subscribedTopicNames()),
                value.subscribedTopicRegex(),
                value.serverAssignor(),
                value.classicMemberMetadata());
    }

    ConsumerGroupMemberMetadataValue toValue() {
        return new ConsumerGroupMemberMetadataValue()
                .setInstanceId(instanceId)
                .setRackId(rackId)
                .setClientId(clientId)
                .setClientHost(clientHost)
                .setRebalanceTimeoutMs(rebalanceTimeoutMillis)
                .setSubscribedTopicNames(names)
                .setSubscribedTopicRegex(expression)
                .setServerAssignor(assignor)
                .setClassicMemberMetadata(classic);
    }
}
