package naru.coordination.group;

import naru.coordination.group.modern.Caller;
import naru.coordination.group.streams.StreamsBeat;

import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.CopartitionGroup;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Endpoint;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TaskIds;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Status;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** A thread of an application: sends what it has, takes what it is given. */
final class StreamsClient {
    static final String REPARTITION = "app-r-repartition";
    static final String CHANGELOG = "app-s-changelog";

    private final ShardRun run;
    private final String memberId;
    private final String processId;
    private Topology topology = counting();
    private @Nullable Endpoint endpoint;
    private Predicate<String> mayCreate = topic -> true;
    private int epoch;
    private int endpointEpoch;
    private Set<String> active = new TreeSet<>();
    private Set<String> standby = new TreeSet<>();
    private List<Byte> statuses = List.of();
    private String detail = "";

    StreamsClient(ShardRun run, String memberId, String processId) {
        this.run = run;
        this.memberId = memberId;
        this.processId = processId;
    }

    /** Topic a, by way of a repartition topic, into a store with a changelog. */
    static Topology counting() {
        return new Topology()
                .setEpoch(0)
                .setSubtopologies(
                        List.of(
                                new Subtopology()
                                        .setSubtopologyId("0")
                                        .setSourceTopics(List.of("a"))
                                        .setRepartitionSinkTopics(List.of(REPARTITION)),
                                new Subtopology()
                                        .setSubtopologyId("1")
                                        .setRepartitionSourceTopics(
                                                List.of(new TopicInfo().setName(REPARTITION)))
                                        .setStateChangelogTopics(
                                                List.of(new TopicInfo().setName(CHANGELOG)))));
    }

    /** Topics a and b, joined. */
    static Topology joining() {
        return new Topology()
                .setEpoch(0)
                .setSubtopologies(
                        List.of(
                                new Subtopology()
                                        .setSubtopologyId("0")
                                        .setSourceTopics(List.of("a", "b"))
                                        .setCopartitionGroups(
                                                List.of(
                                                        new CopartitionGroup()
                                                                .setSourceTopics(
                                                                        List.of(
                                                                                (short) 0,
                                                                                (short) 1))))));
    }

    StreamsClient running(Topology wanted) {
        topology = wanted;
        return this;
    }

    StreamsClient at(String host, int port) {
        endpoint = new Endpoint().setHost(host).setPort(port);
        return this;
    }

    StreamsClient mayCreate(Predicate<String> allowed) {
        mayCreate = allowed;
        return this;
    }

    // ---- facts ----

    String memberId() {
        return memberId;
    }

    String processId() {
        return processId;
    }

    int epoch() {
        return epoch;
    }

    Set<String> active() {
        return active;
    }

    Set<String> standby() {
        return standby;
    }

    List<Byte> statuses() {
        return statuses;
    }

    String detail() {
        return detail;
    }

    // ---- requests ----

    StreamsGroupHeartbeatRequestData request() {
        StreamsGroupHeartbeatRequestData request =
                new StreamsGroupHeartbeatRequestData()
                        .setGroupId(ShardRun.GROUP)
                        .setMemberId(memberId)
                        .setMemberEpoch(epoch)
                        .setEndpointInformationEpoch(endpointEpoch)
                        .setActiveTasks(tasks(active))
                        .setStandbyTasks(tasks(standby))
                        .setWarmupTasks(List.of());
        return epoch != 0
                ? request
                : request.setRebalanceTimeoutMs(60_000)
                        .setTopology(topology.duplicate())
                        .setProcessId(processId)
                        .setUserEndpoint(endpoint)
                        .setClientTags(List.of())
                        .setActiveTasks(List.of())
                        .setStandbyTasks(List.of());
    }

    /** Only that it is there. */
    StreamsGroupHeartbeatRequestData shortRequest() {
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(ShardRun.GROUP)
                .setMemberId(memberId)
                .setEndpointInformationEpoch(endpointEpoch)
                .setMemberEpoch(epoch);
    }

    private static List<TaskIds> tasks(Set<String> ids) {
        Map<String, List<Integer>> bySubtopology = new TreeMap<>();
        for (String id : ids) {
            String[] parts = id.split("_", 2);
            bySubtopology
                    .computeIfAbsent(parts[0], subtopology -> new ArrayList<>())
                    .add(Integer.parseInt(parts[1]));
        }
        List<TaskIds> tasks = new ArrayList<>();
        bySubtopology.forEach((subtopology, partitions) ->
                tasks.add(new TaskIds().setSubtopologyId(subtopology).setPartitions(partitions)));
        return tasks;
    }

    long send(StreamsGroupHeartbeatRequestData request) {
        return run.send(ticket ->
                new GroupCommand.StreamsGroupHeartbeat(
                        ticket,
                        new StreamsBeat(
                                new Caller((short) 0, "client", "/127.0.0.1", topic -> true),
                                mayCreate,
                                request)));
    }

    StreamsGroupHeartbeatResponseData answered(StreamsGroupHeartbeatRequestData request) {
        return run.reply(send(request), StreamsGroupHeartbeatResponseData.class);
    }

    /** One heartbeat; what it is given it takes at once. */
    Errors beat() {
        return take(answered(request()));
    }

    Errors take(StreamsGroupHeartbeatResponseData response) {
        Errors error = Errors.forCode(response.errorCode());
        if (error == Errors.NONE) {
            epoch = response.memberEpoch();
            endpointEpoch = response.endpointInformationEpoch();
            statuses = response.status().stream().map(Status::statusCode).toList();
            detail = response.status().stream().map(Status::statusDetail).toList().toString();
            if (response.activeTasks() != null) {
                active = ids(response.activeTasks());
                standby = ids(response.standbyTasks());
            }
        } else {
            abandon();
        }
        return error;
    }

    private static Set<String> ids(List<StreamsGroupHeartbeatResponseData.TaskIds> tasks) {
        Set<String> ids = new TreeSet<>();
        tasks.forEach(task ->
                task.partitions().forEach(index -> ids.add(task.subtopologyId() + "_" + index)));
        return ids;
    }

    void abandon() {
        epoch = 0;
        active = new TreeSet<>();
        standby = new TreeSet<>();
    }

    Errors leave() {
        Errors error = Errors.forCode(answered(shortRequest().setMemberEpoch(-1)).errorCode());
        abandon();
        return error;
    }
}
