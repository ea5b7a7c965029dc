package naru.broker.coordinator;

import naru.coordination.share.ShareCommand;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.Uuid;

import java.util.Set;
import java.util.stream.Collectors;

/** Tells share state of deleted topics, and has its log cleared of what is not needed. */
public final class ShareStateEvents implements Quorum.Listener {
    private final Coordinator<ShareCommand> shares;

    /**
     * @param pruneMillis how often the log is cleared
     * @param coldMillis how old a snapshot may become that is not written anew
     */
    public ShareStateEvents(
            Coordinator<ShareCommand> shares,
            AlarmClock alarms,
            long pruneMillis,
            long coldMillis) {
        this.shares = shares;
        alarms.every(coldMillis, () -> shares.tellAll(new ShareCommand.SnapshotCold(coldMillis)));
        alarms.every(pruneMillis, shares::prune);
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        Set<Uuid> deleted =
                change.deletedTopics().stream()
                        .map(ClusterChange.DeletedTopic::id)
                        .collect(Collectors.toSet());
        if (!deleted.isEmpty()) {
            shares.tellAll(new ShareCommand.TopicsDeleted(deleted));
        }
    }
}
