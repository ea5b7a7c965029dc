package naru.coordination.group.streams;

import naru.coordination.group.modern.Caller;

import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataValue;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who a member is.
 *
 * @param processId members of one process share its folder of state
 * @param endpoint where its process answers interactive queries; null for nowhere
 * @param tags in order of their keys
 */
record Profile(
        @Nullable String instanceId,
        @Nullable String rackId,
        String clientId,
        String clientHost,
        int rebalanceTimeoutMillis,
        int topologyEpoch,
        String processId,
        @Nullable Endpoint endpoint,
        Map<String, String> tags) {

    static final Profile NONE = new Profile(null, null, "", "", -1, -1, "", null, Map.of());

    record Endpoint(String host, int port) {}

    Profile {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    /** What the request does not say stays as it is. */
    Profile updatedBy(StreamsGroupHeartbeatRequestData request, Caller caller) {
        return new Profile(
                instanceId,
                request.rackId() == null ? rackId : request.rackId(),
                caller.clientId(),
                caller.host(),
                request.rebalanceTimeoutMs() == -1
                        ? rebalanceTimeoutMillis
                        : request.rebalanceTimeoutMs(),
                request.topology() == null ? topologyEpoch : request.topology().epoch(),
                request.processId() == null ? processId : request.processId(),
                request.userEndpoint() == null
                        ? endpoint
                        : new Endpoint(
                                request.userEndpoint().host(), request.userEndpoint().port()),
                request.clientTags() == null ? tags : tags(request.clientTags()));
    }

    private static Map<String, String> tags(
            List<StreamsGroupHeartbeatRequestData.KeyValue> entries) {
        Map<String, String> tags = new TreeMap<>();
        entries.forEach(each -> tags.put(each.key(), each.value()));
        return tags;
    }

    static Profile of(StreamsGroupMemberMetadataValue value) {
        Map<String, String> tags = new TreeMap<>();
        value.clientTags().forEach(each -> tags.put(each.key(), each.value()));
        return new Profile(
                value.instanceId(),
                value.rackId(),
                value.clientId(),
                value.clientHost(),
                value.rebalanceTimeoutMs(),
                value.topologyEpoch(),
                value.processId(),
                value.userEndpoint() == null
                        ? null
                        : new Endpoint(value.userEndpoint().host(), value.userEndpoint().port()),
                tags);
    }

    StreamsGroupMemberMetadataValue toValue() {
        List<StreamsGroupMemberMetadataValue.KeyValue> entries = new ArrayList<>();
        tags.forEach((key, value) ->
                entries.add(
                        new StreamsGroupMemberMetadataValue.KeyValue()
                                .setKey(key)
                                .setValue(value)));
        return new StreamsGroupMemberMetadataValue()
                .setInstanceId(instanceId)
                .setRackId(rackId)
                .setClientId(clientId)
                .setClientHost(clientHost)
                .setRebalanceTimeoutMs(rebalanceTimeoutMillis)
                .setTopologyEpoch(topologyEpoch)
                .setProcessId(processId)
                .setUserEndpoint(
                        endpoint == null
                                ? null
                                : new StreamsGroupMemberMetadataValue.Endpoint()
                                        .setHost(endpoint.host())
                                        .setPort(endpoint.port()))
                .setClientTags(entries);
    }
}
