package naru.quorum;

import naru.quorum.network.ControllerNetwork.Lane;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.DirectoryData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.PartitionData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.TopicData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Tells the controller which data folder each replica of this broker is in (KIP-858). At most one
 * request is on its way; what comes meanwhile goes into the next, and what was refused is sent
 * again. A cluster whose metadata version knows no folders need not be told.
 *
 * <p>Threads: any; everything is under the monitor, and futures complete outside of it.
 */
final class DirectoryAssignments {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAssignments.class);

    /** As many as Kafka's controller takes in one request. */
    private static final int MOST_AT_ONCE = 2250;

    private static final Duration RETRY = Duration.ofMillis(500);
    private static final long NO_EPOCH = -1;

    private final int nodeId;
    private final LongSupplier brokerEpoch;
    private final ActiveController controller;
    private final EngineTimer timer;
    private final Map<Replica, Assignment> pending = new LinkedHashMap<>();
    private boolean inFlight;
    private boolean stopped;

    private record Replica(Uuid topicId, int index) {}

    private record Assignment(Uuid directoryId, CompletableFuture<Void> agreed) {}

    DirectoryAssignments(
            int nodeId, LongSupplier brokerEpoch, ActiveController controller, EngineTimer timer) {
        this.nodeId = nodeId;
        this.brokerEpoch = brokerEpoch;
        this.controller = controller;
        this.timer = timer;
    }

    CompletableFuture<Void> assign(Uuid topicId, int index, Uuid directoryId) {
        Replica partition = new Replica(topicId, index);
        Assignment assignment = new Assignment(directoryId, new CompletableFuture<>());
        Assignment before;
        synchronized (this) {
            before = pending.remove(partition);
            if (before != null && before.directoryId.equals(directoryId)) {
                assignment = before;
                before = null;
            }
            pending.put(partition, assignment);
        }
        if (before != null) {
            before.agreed.cancel(false);
        }
        proceed();
        return assignment.agreed.copy();
    }

    /** Sends what is pending, once the broker is registered. */
    void proceed() {
        Map<Replica, Assignment> sent = new LinkedHashMap<>();
        long epoch = brokerEpoch.getAsLong();
        synchronized (this) {
            if (inFlight || stopped || pending.isEmpty() || epoch == NO_EPOCH) {
                return;
            }
            inFlight = true;
            for (Map.Entry<Replica, Assignment> one : pending.entrySet()) {
                if (sent.size() < MOST_AT_ONCE) {
                    sent.put(one.getKey(), one.getValue());
                }
            }
        }
        var _ =
                controller
                        .ask(Lane.PARTITIONS, request(epoch, sent))
                        .whenComplete((reply, failure) -> {
                            if (failure != null) {
                                LOG.debug("Folders of replicas were not taken", failure);
                                boolean unknown =
                                        Requests.cause(failure)
                                                instanceof UnsupportedVersionException;
                                answered(unknown ? sent : Map.of());
                            } else {
                                answered(agreed((AssignReplicasToDirsResponseData) reply, sent));
                            }
                        });
    }

    private AssignReplicasToDirsRequestData request(
            long epoch, Map<Replica, Assignment> assignments) {
        Map<Uuid, Map<Uuid, TopicData>> byDirectory = new HashMap<>();
        assignments.forEach((partition, assignment) ->
                byDirectory
                        .computeIfAbsent(assignment.directoryId, id -> new HashMap<>())
                        .computeIfAbsent(
                                partition.topicId, topic -> new TopicData().setTopicId(topic))
                        .partitions()
                        .add(new PartitionData().setPartitionIndex(partition.index)));
        List<DirectoryData> directories = new ArrayList<>();
        byDirectory.forEach((id, topics) ->
                directories.add(
                        new DirectoryData().setId(id).setTopics(List.copyOf(topics.values()))));
        return new AssignReplicasToDirsRequestData()
                .setBrokerId(nodeId)
                .setBrokerEpoch(epoch)
                .setDirectories(directories);
    }

    /** Those that the controller took, or that are settled because it has no such partition. */
    private static Map<Replica, Assignment> agreed(
            AssignReplicasToDirsResponseData reply, Map<Replica, Assignment> sent) {
        Map<Replica, Assignment> settled = new HashMap<>();
        for (var directory : reply.directories()) {
            for (var topic : directory.topics()) {
                for (var partition : topic.partitions()) {
                    Replica replica = new Replica(topic.topicId(), partition.partitionIndex());
                    Assignment assignment = sent.get(replica);
                    if (assignment != null && isSettled(Errors.forCode(partition.errorCode()))) {
                        settled.put(replica, assignment);
                    }
                }
            }
        }
        return settled;
    }

    private static boolean isSettled(Errors error) {
        return error == Errors.NONE
                || error == Errors.UNKNOWN_TOPIC_ID
                || error == Errors.UNKNOWN_TOPIC_OR_PARTITION
                || error == Errors.NOT_LEADER_OR_FOLLOWER;
    }

    private void answered(Map<Replica, Assignment> settled) {
        boolean again;
        synchronized (this) {
            inFlight = false;
            settled.forEach(pending::remove);
            again = settled.isEmpty() && !pending.isEmpty() && !stopped;
        }
        settled.values().forEach(assignment -> assignment.agreed.complete(null));
        if (again) {
            timer.after(RETRY, "assign-directories", this::proceed);
        } else {
            proceed();
        }
    }

    void stop() {
        List<Assignment> left;
        synchronized (this) {
            stopped = true;
            left = List.copyOf(pending.values());
            pending.clear();
        }
        left.forEach(assignment -> assignment.agreed.cancel(false));
    }
}
