package naru.simulation.replication;

import naru.quorum.ClusterImage.BrokerNode;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What Kafka's controller does for one partition: elections, in-sync replicas, broker epochs. */
final class ModelController {
    private final List<Metadata> history = new ArrayList<>();
    private final Map<Integer, BrokerNode> brokers = new HashMap<>();
    private final Map<String, String> settings;
    private PartitionState state;
    private long nextBrokerEpoch = 100;

    ModelController(List<Integer> replicas, Map<String, String> settings) {
        this.settings = settings;
        this.state = Metadata.state(replicas, replicas, replicas.getFirst(), 0, 0);
        replicas.forEach(id -> brokers.put(id, broker(id, nextBrokerEpoch++, false)));
        publish();
    }

    private static BrokerNode broker(int id, long epoch, boolean fenced) {
        return new BrokerNode(id, epoch, fenced, false, null, List.of(), List.of(), true);
    }

    private void publish() {
        history.add(new Metadata(history.size() + 1, state, Map.copyOf(brokers), settings));
    }

    Metadata newest() {
        return history.getLast();
    }

    /** The metadata that come after this version, or the newest. */
    Metadata after(long version) {
        return history.get((int) Math.min(version, history.size() - 1));
    }

    PartitionState state() {
        return state;
    }

    private void change(List<Integer> inSync, int leader, boolean newEpoch) {
        state =
                Metadata.state(
                        state.replicas(),
                        inSync,
                        leader,
                        state.leaderEpoch() + (newEpoch ? 1 : 0),
                        state.partitionEpoch() + 1);
    }

    /** The broker's session is over: it leads nothing and is out of sync, unless it is the last. */
    void fence(int id) {
        BrokerNode known = brokers.get(id);
        if (known == null || known.fenced()) {
            return;
        }
        brokers.put(id, broker(id, known.epoch(), true));
        List<Integer> inSync = new ArrayList<>(state.inSyncReplicas());
        if (inSync.size() > 1) {
            inSync.removeIf(member -> member == id);
        }
        if (state.leader() == id) {
            change(inSync, live(inSync), true);
        } else if (inSync.size() != state.inSyncReplicas().size()) {
            change(inSync, state.leader(), false);
        }
        publish();
    }

    private int live(List<Integer> inSync) {
        for (int id : inSync) {
            BrokerNode known = brokers.get(id);
            if (known != null && !known.fenced()) {
                return id;
            }
        }
        return -1;
    }

    /**
     * A run of the broker begins. Whoever stopped uncleanly is in sync no more, unless the last.
     */
    long register(int id, boolean stoppedCleanly) {
        long epoch = nextBrokerEpoch++;
        if (!stoppedCleanly) {
            fence(id);
        }
        brokers.put(id, broker(id, epoch, false));
        if (state.leader() < 0) {
            int leader = live(state.inSyncReplicas());
            if (leader >= 0) {
                change(state.inSyncReplicas(), leader, true);
            }
        }
        publish();
        return epoch;
    }

    /** A broker that was fenced is heard again. */
    void unfence(int id) {
        BrokerNode known = brokers.get(id);
        if (known != null && known.fenced()) {
            brokers.put(id, broker(id, known.epoch(), false));
            if (state.leader() < 0 && live(state.inSyncReplicas()) == id) {
                change(state.inSyncReplicas(), id, true);
            }
            publish();
        }
    }

    boolean isFenced(int id) {
        BrokerNode known = brokers.get(id);
        return known == null || known.fenced();
    }

    /** Another of those in sync is to lead. */
    void elect(int id) {
        BrokerNode known = brokers.get(id);
        if (known != null
                && !known.fenced()
                && state.leader() != id
                && state.inSyncReplicas().contains(id)) {
            change(state.inSyncReplicas(), id, true);
            publish();
        }
    }

    AlterPartitionResponseData alter(AlterPartitionRequestData request) {
        AlterPartitionResponseData response = new AlterPartitionResponseData();
        BrokerNode asker = brokers.get(request.brokerId());
        if (asker == null || asker.epoch() != request.brokerEpoch()) {
            return response.setErrorCode(Errors.STALE_BROKER_EPOCH.code());
        }
        for (AlterPartitionRequestData.TopicData topic : request.topics()) {
            AlterPartitionResponseData.TopicData answers =
                    new AlterPartitionResponseData.TopicData().setTopicId(topic.topicId());
            for (AlterPartitionRequestData.PartitionData asked : topic.partitions()) {
                answers.partitions().add(alter(request.brokerId(), asked));
            }
            response.topics().add(answers);
        }
        return response;
    }

    private AlterPartitionResponseData.PartitionData alter(
            int asker, AlterPartitionRequestData.PartitionData asked) {
        AlterPartitionResponseData.PartitionData answer =
                new AlterPartitionResponseData.PartitionData().setPartitionIndex(0);
        Errors error = refusal(asker, asked);
        if (error != Errors.NONE) {
            return answer.setErrorCode(error.code());
        }
        List<Integer> inSync =
                asked.newIsrWithEpochs().stream().map(BrokerState::brokerId).sorted().toList();
        change(inSync, state.leader(), false);
        publish();
        return answer.setIsr(inSync)
                .setLeaderId(state.leader())
                .setLeaderEpoch(state.leaderEpoch())
                .setPartitionEpoch(state.partitionEpoch());
    }

    private Errors refusal(int asker, AlterPartitionRequestData.PartitionData asked) {
        if (asked.leaderEpoch() > state.leaderEpoch()
                || asked.partitionEpoch() > state.partitionEpoch()) {
            return Errors.NOT_CONTROLLER;
        }
        if (asked.leaderEpoch() < state.leaderEpoch() || asker != state.leader()) {
            return Errors.FENCED_LEADER_EPOCH;
        }
        if (asked.partitionEpoch() < state.partitionEpoch()) {
            return Errors.INVALID_UPDATE_VERSION;
        }
        for (BrokerState member : asked.newIsrWithEpochs()) {
            BrokerNode known = brokers.get(member.brokerId());
            if (known == null
                    || known.fenced()
                    || (member.brokerEpoch() != -1 && member.brokerEpoch() != known.epoch())) {
                return Errors.INELIGIBLE_REPLICA;
            }
        }
        return Errors.NONE;
    }
}
