package naru.simulation.cluster;

import naru.quorum.ClusterController.ProducerIdBlock;
import naru.quorum.ClusterImage.BrokerEndpoint;
import naru.quorum.ClusterImage.BrokerNode;
import naru.quorum.ClusterImage.PartitionState;
import naru.simulation.cluster.ModelImage.ModelTopic;

import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What Kafka's controller does, as a model: brokers with epochs and sessions, elections among those
 * in sync and those that are eligible beside them (KIP-966), changes of who is in sync. It never
 * fails, and every change is one version of the metadata.
 */
final class ModelController {
    static final int SESSION_MILLIS = 900;
    private static final int NO_LEADER = -1;
    private static final int IDS_AT_ONCE = 10;

    private final TreeMap<String, ModelTopic> topics = new TreeMap<>();
    private final TreeMap<Integer, BrokerNode> brokers = new TreeMap<>();
    private final Map<Integer, Session> sessions = new HashMap<>();
    private final Set<Integer> seen = new HashSet<>();
    private final List<ModelImage> history = new ArrayList<>();
    private final LongSupplier clock;
    private final Consumer<String> story;
    private final int minInSync;
    private long nextProducerId = 1000;

    /** One run of a broker. */
    private static final class Session {
        final long run;
        long heardMillis;

        Session(long run, long heardMillis) {
            this.run = run;
            this.heardMillis = heardMillis;
        }
    }

    /** What a heartbeat is answered. */
    record Heard(boolean known, boolean mayStop) {}

    ModelController(LongSupplier clock, Consumer<String> story, int minInSync) {
        this.clock = clock;
        this.story = story;
        this.minInSync = minInSync;
    }

    // ---- the metadata

    void add(String name, List<List<Integer>> replicas, Map<String, String> settings) {
        List<PartitionState> partitions = new ArrayList<>();
        for (List<Integer> of : replicas) {
            List<Uuid> directories = of.stream().map(id -> new Uuid(0, 0)).toList();
            partitions.add(
                    new PartitionState(
                            of,
                            of,
                            List.of(),
                            List.of(),
                            directories,
                            -1,
                            0,
                            0,
                            List.of(),
                            List.of()));
        }
        topics.put(
                name,
                new ModelTopic(
                        name, new Uuid(7, name.hashCode()), partitions, Map.copyOf(settings)));
        publish();
    }

    private long nextVersion() {
        return history.size();
    }

    private void publish() {
        history.add(new ModelImage(nextVersion(), new TreeMap<>(topics), new TreeMap<>(brokers)));
    }

    ModelImage newest() {
        return history.getLast();
    }

    ModelImage at(long version) {
        return history.get((int) Math.min(version, history.size() - 1L));
    }

    // ---- brokers

    private boolean isActive(int id) {
        BrokerNode known = brokers.get(id);
        return known != null && !known.fenced() && !known.inControlledShutdown();
    }

    private void put(BrokerNode known, boolean fenced, boolean leaves) {
        brokers.put(
                known.id(),
                new BrokerNode(
                        known.id(),
                        known.epoch(),
                        fenced,
                        leaves,
                        known.rack(),
                        known.endpoints(),
                        known.directories()));
    }

    /**
     * A run of a broker wants to take part.
     *
     * @param previousEpoch of the run before if that ended cleanly, else -1
     * @return the broker's epoch, or -1 while another run of it may be alive
     */
    long register(int id, long run, long previousEpoch, List<Uuid> directories) {
        BrokerNode known = brokers.get(id);
        Session session = sessions.get(id);
        boolean isAnother = session == null || session.run != run;
        if (known != null
                && session != null
                && isAnother
                && clock.getAsLong() - session.heardMillis < SESSION_MILLIS) {
            return -1;
        }
        boolean isClean = known != null && known.epoch() == previousEpoch;
        long epoch = nextVersion();
        BrokerEndpoint endpoint = new BrokerEndpoint("PLAINTEXT", "node-" + id, 9092, "PLAINTEXT");
        brokers.put(
                id,
                new BrokerNode(
                        id, epoch, true, false, "rack-" + id, List.of(endpoint), directories));
        if (seen.add(id)) {
            story.accept("broker " + id + " is new");
        } else if (isAnother || !isClean) {
            leave(id, !isClean);
        }
        sessions.put(id, new Session(run, clock.getAsLong()));
        story.accept("broker %d registers with epoch %d, clean %s".formatted(id, epoch, isClean));
        publish();
        return epoch;
    }

    /** Forgets a broker, whoever asks for it. */
    void unregister(int id) {
        if (brokers.remove(id) != null) {
            sessions.remove(id);
            leave(id, false);
            publish();
        }
    }

    Heard heartbeat(int id, long epoch, long metadataOffset, boolean wantsToStop) {
        BrokerNode known = brokers.get(id);
        Session session = sessions.get(id);
        if (known == null || session == null || known.epoch() != epoch) {
            return new Heard(false, false);
        }
        session.heardMillis = clock.getAsLong();
        if (wantsToStop) {
            return new Heard(true, mayStop(known));
        }
        if (known.fenced() && metadataOffset >= epoch) {
            put(known, false, false);
            story.accept("broker " + id + " is unfenced");
            electWhereNobodyLeads();
            publish();
        }
        return new Heard(true, false);
    }

    private boolean mayStop(BrokerNode known) {
        if (!known.inControlledShutdown() && !known.fenced()) {
            put(known, false, true);
            leave(known.id(), false);
            publish();
            return false;
        }
        if (!known.fenced()) {
            put(known, true, false);
            publish();
        }
        return true;
    }

    /** Fences who has not been heard for too long. */
    void look() {
        for (BrokerNode known : List.copyOf(brokers.values())) {
            Session session = sessions.get(known.id());
            if (!known.fenced()
                    && session != null
                    && clock.getAsLong() - session.heardMillis >= SESSION_MILLIS) {
                put(known, true, false);
                leave(known.id(), false);
                story.accept("broker " + known.id() + " is fenced");
                publish();
            }
        }
    }

    // ---- partitions

    private interface Change {
        @Nullable PartitionState of(PartitionState state);
    }

    private void forEach(Change change) {
        topics.replaceAll((name, topic) -> {
            ModelTopic changed = topic;
            for (int i = 0; i < topic.partitionCount(); i++) {
                PartitionState next = change.of(changed.partitions().get(i));
                if (next != null) {
                    changed = changed.with(i, next);
                }
            }
            return changed;
        });
    }

    /** The broker is in sync no more; after an unclean stop nobody knows what it has. */
    private void leave(int id, boolean unclean) {
        forEach(state -> {
            boolean counts =
                    state.inSyncReplicas().contains(id)
                            || state.leader() == id
                            || (unclean && state.eligibleLeaderReplicas().contains(id));
            return counts ? without(state, id, unclean) : null;
        });
    }

    private PartitionState without(PartitionState state, int id, boolean unclean) {
        List<Integer> inSync =
                state.inSyncReplicas().stream().filter(member -> member != id).toList();
        List<Integer> eligible = eligible(state, inSync);
        if (unclean) {
            eligible = eligible.stream().filter(member -> member != id).toList();
        }
        int leader = state.leader() == id ? NO_LEADER : state.leader();
        return settled(state, inSync, eligible, leader);
    }

    /** Who was in sync while enough were has all that was committed. */
    private List<Integer> eligible(PartitionState state, List<Integer> inSync) {
        if (inSync.size() >= Math.min(minInSync, state.replicas().size())) {
            return List.of();
        }
        List<Integer> eligible = new ArrayList<>();
        for (int replica : state.replicas()) {
            boolean was =
                    state.eligibleLeaderReplicas().contains(replica)
                            || state.inSyncReplicas().contains(replica);
            if (was && !inSync.contains(replica)) {
                eligible.add(replica);
            }
        }
        return eligible;
    }

    /** With a leader, if there can be one. */
    private PartitionState settled(
            PartitionState before, List<Integer> inSync, List<Integer> eligible, int leader) {
        List<Integer> members = inSync;
        List<Integer> others = eligible;
        List<Integer> lastKnown = before.lastKnownEligibleLeaderReplicas();
        int elected = leader;
        if (elected == NO_LEADER) {
            elected = firstActive(before, members);
        }
        if (elected == NO_LEADER) {
            elected = firstActive(before, others);
        }
        if (elected == NO_LEADER && members.isEmpty() && others.isEmpty()) {
            List<Integer> last = before.leader() >= 0 ? List.of(before.leader()) : lastKnown;
            elected = firstActive(before, last);
        }
        if (elected == NO_LEADER) {
            lastKnown = before.leader() >= 0 ? List.of(before.leader()) : lastKnown;
        } else {
            lastKnown = List.of();
            if (!members.contains(elected)) {
                int joined = elected;
                members = List.of(elected);
                others = others.stream().filter(id -> id != joined).toList();
            }
        }
        return new PartitionState(
                before.replicas(),
                members,
                others,
                lastKnown,
                before.directories(),
                elected,
                before.leaderEpoch() + (elected == before.leader() ? 0 : 1),
                before.partitionEpoch() + 1,
                List.of(),
                List.of());
    }

    private int firstActive(PartitionState state, List<Integer> among) {
        for (int id : state.replicas()) {
            if (among.contains(id) && isActive(id) && !isLost(state, id)) {
                return id;
            }
        }
        return NO_LEADER;
    }

    /** A replica that its broker has given up. */
    private static boolean isLost(PartitionState state, int id) {
        return DirectoryId.LOST.equals(state.directoryOf(id));
    }

    private void electWhereNobodyLeads() {
        forEach(state -> {
            if (state.leader() != NO_LEADER) {
                return null;
            }
            PartitionState next =
                    settled(
                            state,
                            state.inSyncReplicas(),
                            state.eligibleLeaderReplicas(),
                            NO_LEADER);
            return next.leader() == NO_LEADER ? null : next;
        });
    }

    /** The partition is to be led by this one, if it may. */
    void elect(TopicPartition partition, int id) {
        PartitionState state = newest().state(partition);
        if (state.leader() != id && state.inSyncReplicas().contains(id) && isActive(id)) {
            story.accept("broker " + id + " is to lead " + partition);
            replace(
                    partition,
                    settled(state, state.inSyncReplicas(), state.eligibleLeaderReplicas(), id));
        }
    }

    private void replace(TopicPartition partition, PartitionState state) {
        topics.computeIfPresent(
                partition.topic(), (name, topic) -> topic.with(partition.partition(), state));
        publish();
    }

    void assign(int id, Uuid topicId, int index, Uuid directory) {
        ModelTopic topic = topic(topicId);
        if (topic == null) {
            return;
        }
        PartitionState state = topic.partitions().get(index);
        int at = state.replicas().indexOf(id);
        if (at >= 0 && !state.directories().get(at).equals(directory)) {
            List<Uuid> directories = new ArrayList<>(state.directories());
            directories.set(at, directory);
            PartitionState assigned =
                    new PartitionState(
                            state.replicas(),
                            state.inSyncReplicas(),
                            state.eligibleLeaderReplicas(),
                            state.lastKnownEligibleLeaderReplicas(),
                            directories,
                            state.leader(),
                            state.leaderEpoch(),
                            state.partitionEpoch() + 1,
                            List.of(),
                            List.of());
            boolean leaves = isLost(assigned, id) && state.inSyncReplicas().contains(id);
            replace(
                    new TopicPartition(topic.name(), index),
                    leaves ? without(assigned, id, false) : assigned);
        }
    }

    private @Nullable ModelTopic topic(Uuid id) {
        for (ModelTopic topic : topics.values()) {
            if (topic.id().equals(id)) {
                return topic;
            }
        }
        return null;
    }

    ProducerIdBlock producerIds() {
        nextProducerId += IDS_AT_ONCE;
        return new ProducerIdBlock(nextProducerId - IDS_AT_ONCE, IDS_AT_ONCE);
    }

    // ---- changes of who is in sync

    AlterPartitionResponseData alter(AlterPartitionRequestData request) {
        AlterPartitionResponseData response = new AlterPartitionResponseData();
        BrokerNode asker = brokers.get(request.brokerId());
        if (asker == null || asker.epoch() != request.brokerEpoch()) {
            return response.setErrorCode(Errors.STALE_BROKER_EPOCH.code());
        }
        for (AlterPartitionRequestData.TopicData topic : request.topics()) {
            AlterPartitionResponseData.TopicData answers =
                    new AlterPartitionResponseData.TopicData().setTopicId(topic.topicId());
            ModelTopic known = topic(topic.topicId());
            for (AlterPartitionRequestData.PartitionData asked : topic.partitions()) {
                answers.partitions().add(alter(request.brokerId(), known, asked));
            }
            response.topics().add(answers);
        }
        return response;
    }

    private AlterPartitionResponseData.PartitionData alter(
            int asker, @Nullable ModelTopic topic, AlterPartitionRequestData.PartitionData asked) {
        AlterPartitionResponseData.PartitionData answer =
                new AlterPartitionResponseData.PartitionData()
                        .setPartitionIndex(asked.partitionIndex());
        if (topic == null) {
            return answer.setErrorCode(Errors.UNKNOWN_TOPIC_ID.code());
        }
        PartitionState state = topic.partitions().get(asked.partitionIndex());
        List<Integer> inSync =
                asked.newIsrWithEpochs().stream().map(BrokerState::brokerId).sorted().toList();
        Errors error = refusal(asker, state, asked, inSync);
        if (error != Errors.NONE) {
            return answer.setErrorCode(error.code());
        }
        TopicPartition partition = new TopicPartition(topic.name(), asked.partitionIndex());
        PartitionState next = settled(state, inSync, eligible(state, inSync), state.leader());
        replace(partition, next);
        story.accept("%s: in sync are %s".formatted(partition, inSync));
        return answer.setIsr(next.inSyncReplicas())
                .setLeaderId(next.leader())
                .setLeaderEpoch(next.leaderEpoch())
                .setPartitionEpoch(next.partitionEpoch());
    }

    private Errors refusal(
            int asker,
            PartitionState state,
            AlterPartitionRequestData.PartitionData asked,
            List<Integer> inSync) {
        if (asked.leaderEpoch() > state.leaderEpoch()
                || asked.partitionEpoch() > state.partitionEpoch()) {
            return Errors.NOT_CONTROLLER;
        }
        if (asked.leaderEpoch() < state.leaderEpoch()) {
            return Errors.FENCED_LEADER_EPOCH;
        }
        if (asker != state.leader()
                || !inSync.contains(asker)
                || !state.replicas().containsAll(inSync)) {
            return Errors.INVALID_REQUEST;
        }
        if (asked.partitionEpoch() < state.partitionEpoch()) {
            return Errors.INVALID_UPDATE_VERSION;
        }
        for (BrokerState member : asked.newIsrWithEpochs()) {
            BrokerNode known = brokers.get(member.brokerId());
            if (known == null
                    || !isActive(member.brokerId())
                    || (member.brokerEpoch() != -1 && member.brokerEpoch() != known.epoch())) {
                return Errors.INELIGIBLE_REPLICA;
            }
        }
        return Errors.NONE;
    }
}
