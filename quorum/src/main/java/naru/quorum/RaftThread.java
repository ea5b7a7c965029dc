package naru.quorum;

import naru.quorum.metadatalog.NoRoomException;

import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.KafkaRaftClientDriver;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.BooleanSupplier;

/**
 * The thread on which Raft runs. A leader that has no room for what it should write resigns, so
 * that another leads; what it had not written is refused to whoever asked for it. Any other failure
 * is fatal.
 */
final class RaftThread extends KafkaRaftClientDriver<ApiMessageAndVersion> {
    private static final Logger LOG = LoggerFactory.getLogger(RaftThread.class);

    private final KafkaRaftClient<ApiMessageAndVersion> client;
    private final int nodeId;
    private final FaultHandler fatal;
    private final BooleanSupplier closing;

    /**
     * @param closing whether the engine is being closed, so that writes may fail
     */
    RaftThread(
            KafkaRaftClient<ApiMessageAndVersion> client,
            int nodeId,
            FaultHandler fatal,
            BooleanSupplier closing) {
        super(client, "quorum-" + nodeId + "-", fatal, new LogContext("[quorum " + nodeId + "] "));
        this.client = client;
        this.nodeId = nodeId;
        this.fatal = fatal;
        this.closing = closing;
    }

    @Override
    public void doWork() {
        try {
            client.poll();
        } catch (NoRoomException full) {
            onNoRoom(full);
        } catch (Throwable failure) {
            throw fatal.handleFault("Unexpected error in the Raft thread", failure);
        }
    }

    private void onNoRoom(NoRoomException full) {
        LeaderAndEpoch present = client.leaderAndEpoch();
        if (!closing.getAsBoolean() && present.isLeader(nodeId)) {
            LOG.error("{}; delete or move files there", full.getMessage());
            client.resign(present.epoch());
        }
    }
}
