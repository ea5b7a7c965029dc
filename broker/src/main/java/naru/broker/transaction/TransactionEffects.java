package naru.broker.transaction;

import naru.broker.coordinator.Alarm;
import naru.broker.coordinator.Effects;
import naru.coordination.Decision;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionEffect.NeedProducerId;
import naru.coordination.transaction.TransactionEffect.TimedOut;
import naru.coordination.transaction.TransactionEffect.WriteMarkers;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings about what transaction shards decide. Threads: any. */
public final class TransactionEffects implements Effects<TransactionCommand> {
    private static final Logger LOG = LoggerFactory.getLogger("naru.transaction");

    private final MarkerWriter markers;
    private final ProducerIds ids;
    private final Quorum quorum;
    private final Alarm alarm;

    public TransactionEffects(MarkerWriter markers, ProducerIds ids, Quorum quorum, Alarm alarm) {
        this.markers = markers;
        this.ids = ids;
        this.quorum = quorum;
        this.alarm = alarm;
    }

    @Override
    public void bringAbout(Decision.Effect effect, Decider<TransactionCommand> decider) {
        switch (effect) {
            case WriteMarkers write ->
                    new MarkerRound(write, markers, () -> knowsAsMuch(write), alarm, decider)
                            .begin();
            case TimedOut(String id, int timeoutMillis) ->
                    LOG.info(
                            "the transaction of {} was open for longer than its"
                                + " transaction.timeout.ms ({}) and is aborted; a commit of it is"
                                + " refused with INVALID_TXN_STATE",
                            id,
                            timeoutMillis);
            case NeedProducerId need -> giveProducerId(need, decider);
            default -> throw new IllegalStateException("transactions have no effect " + effect);
        }
    }

    private void giveProducerId(NeedProducerId need, Decider<TransactionCommand> decider) {
        ids.next()
                .whenComplete((id, failure) -> {
                    TransactionCommand answer =
                            failure == null
                                    ? new TransactionCommand.ProducerIdGiven(need.request(), id)
                                    : new TransactionCommand.ProducerIdRefused(
                                            need.request(), Errors.COORDINATOR_NOT_AVAILABLE);
                    decider.tell(answer);
                });
    }

    /**
     * Whether the metadata here is at least as new as the coordinator's leadership, so that a topic
     * that is not in it is deleted and not just unknown yet.
     */
    private boolean knowsAsMuch(WriteMarkers write) {
        ClusterImage.Topic topic = quorum.image().topic(Topic.TRANSACTION_STATE_TOPIC_NAME);
        if (topic == null) {
            return false;
        }
        int index = Utils.abs(write.transactionalId().hashCode()) % topic.partitionCount();
        ClusterImage.PartitionState state = topic.partition(index);
        return state != null && state.leaderEpoch() >= write.coordinatorEpoch();
    }
}
