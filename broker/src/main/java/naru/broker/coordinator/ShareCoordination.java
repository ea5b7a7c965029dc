package naru.broker.coordinator;

import naru.broker.replication.PeerBatches;
import naru.broker.replication.Peers;
import naru.coordination.share.ShareCommand;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.function.LongFunction;

/** The share coordinators of all brokers. Threads: any. */
public final class ShareCoordination implements Coordination<ShareCommand.Asked> {
    private final int nodeId;
    private final Coordinator<ShareCommand> here;
    private final PeerBatches<ShareStateBatch.Question> elsewhere;

    /**
     * @param timeoutMillis how long another broker's answer is waited for
     */
    public ShareCoordination(
            int nodeId,
            Coordinator<ShareCommand> here,
            Peers peers,
            Alarm alarm,
            int timeoutMillis) {
        this.nodeId = nodeId;
        this.here = here;
        this.elsewhere = new PeerBatches<>(peers, alarm, timeoutMillis, ShareStateBatch::new);
    }

    @Override
    public void ask(String key, LongFunction<? extends ShareCommand.Asked> command, Answer answer) {
        Integer broker = here.leaderOf(key);
        if (broker == null) {
            answer.refuse(Errors.COORDINATOR_NOT_AVAILABLE, "nobody coordinates " + key);
        } else if (broker == nodeId) {
            here.ask(key, command, answer);
        } else {
            elsewhere.ask(broker, new ShareStateBatch.Question(command.apply(0), answer));
        }
    }

    @Override
    public @Nullable Integer coordinatorOf(String key) {
        return here.coordinatorOf(key);
    }
}
