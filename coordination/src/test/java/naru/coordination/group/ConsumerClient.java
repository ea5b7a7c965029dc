package naru.coordination.group;

import naru.coordination.group.modern.Caller;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A client of the newer protocol: sends what changed, takes what it is given. */
final class ConsumerClient {
    private final ShardRun run;
    private final String memberId;
    private final @Nullable String instanceId;
    private final List<String> topics = new ArrayList<>();
    private @Nullable String expression;
    private int epoch;
    private Map<Uuid, Set<Integer>> owned = new HashMap<>();
    private Map<Uuid, Set<Integer>> assigned = new HashMap<>();

    ConsumerClient(ShardRun run, String memberId, @Nullable String instanceId, String... topics) {
        this.run = run;
        this.memberId = memberId;
        this.instanceId = instanceId;
        this.topics.addAll(List.of(topics));
    }

    static ConsumerClient dynamic(ShardRun run, String memberId, String... topics) {
        return new ConsumerClient(run, memberId, null, topics);
    }

    void subscribe(String... names) {
        topics.clear();
        topics.addAll(List.of(names));
    }

    void subscribeToPattern(String pattern) {
        topics.clear();
        expression = pattern;
    }

    // ---- facts ----

    String memberId() {
        return memberId;
    }

    int epoch() {
        return epoch;
    }

    /** What it consumes. */
    Set<String> owned() {
        return names(owned);
    }

    Map<Uuid, Set<Integer>> ownedById() {
        return owned;
    }

    /** What it was told to consume. */
    Set<String> assigned() {
        return names(assigned);
    }

    private static Set<String> names(Map<Uuid, Set<Integer>> partitions) {
        Set<String> names = new TreeSet<>();
        partitions.forEach((topic, indexes) -> {
            for (String name : List.of("a", "b", "c", "ab")) {
                if (FakeSurroundings.idOf(name).equals(topic)) {
                    indexes.forEach(index -> names.add(name + index));
                }
            }
        });
        return names;
    }

    // ---- requests ----

    ConsumerGroupHeartbeatRequestData request() {
        ConsumerGroupHeartbeatRequestData request =
                new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(ShardRun.GROUP)
                        .setMemberId(memberId)
                        .setInstanceId(instanceId)
                        .setMemberEpoch(epoch)
                        .setRebalanceTimeoutMs(60_000)
                        .setSubscribedTopicNames(expression == null ? topics : null)
                        .setSubscribedTopicRegex(expression);
        return request.setTopicPartitions(epoch == 0 ? List.of() : reported());
    }

    private List<ConsumerGroupHeartbeatRequestData.TopicPartitions> reported() {
        List<ConsumerGroupHeartbeatRequestData.TopicPartitions> reported = new ArrayList<>();
        owned.forEach((topic, indexes) ->
                reported.add(
                        new ConsumerGroupHeartbeatRequestData.TopicPartitions()
                                .setTopicId(topic)
                                .setPartitions(List.copyOf(indexes))));
        return reported;
    }

    /** Only that it is there. */
    ConsumerGroupHeartbeatRequestData shortRequest() {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(ShardRun.GROUP)
                .setMemberId(memberId)
                .setInstanceId(instanceId)
                .setMemberEpoch(epoch)
                .setSubscribedTopicNames(null)
                .setTopicPartitions(null);
    }

    long send(ConsumerGroupHeartbeatRequestData request) {
        return run.send(ticket ->
                new GroupCommand.ConsumerGroupHeartbeat(
                        ticket,
                        new Caller((short) 1, "client", "/127.0.0.1", topic -> true),
                        request));
    }

    ConsumerGroupHeartbeatResponseData answered(ConsumerGroupHeartbeatRequestData request) {
        return run.reply(send(request), ConsumerGroupHeartbeatResponseData.class);
    }

    /** One heartbeat; what it is given it takes at once. */
    Errors beat() {
        return take(answered(request()));
    }

    Errors take(ConsumerGroupHeartbeatResponseData response) {
        Errors error = Errors.forCode(response.errorCode());
        if (error == Errors.NONE) {
            epoch = response.memberEpoch();
            if (response.assignment() != null) {
                assigned = new HashMap<>();
                response.assignment()
                        .topicPartitions()
                        .forEach(topic ->
                                assigned.put(topic.topicId(), new TreeSet<>(topic.partitions())));
                owned = assigned;
            }
        } else if (error == Errors.UNKNOWN_MEMBER_ID || error == Errors.FENCED_MEMBER_EPOCH) {
            abandon();
        }
        return error;
    }

    void abandon() {
        epoch = 0;
        owned = new HashMap<>();
        assigned = new HashMap<>();
    }

    Errors leave() {
        return leave(-1);
    }

    Errors leave(int leavingEpoch) {
        Errors error =
                Errors.forCode(answered(shortRequest().setMemberEpoch(leavingEpoch)).errorCode());
        abandon();
        return error;
    }
}
