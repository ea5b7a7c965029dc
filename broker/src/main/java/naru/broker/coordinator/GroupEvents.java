package naru.broker.coordinator;

import naru.coordination.group.GroupCommand;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import java.util.Set;
import java.util.stream.Collectors;

/** Tells groups of deleted topics, and of the time to look for expired offsets. */
public final class GroupEvents implements Quorum.Listener {
    private final Coordinator<GroupCommand> groups;

    /**
     * @param checkMillis how often offsets are looked at for expiry
     */
    public GroupEvents(Coordinator<GroupCommand> groups, AlarmClock alarms, long checkMillis) {
        this.groups = groups;
        alarms.every(checkMillis, () -> groups.tellAll(new GroupCommand.ExpireOffsets()));
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        Set<String> deleted =
                change.deletedTopics().stream()
                        .map(ClusterChange.DeletedTopic::name)
                        .collect(Collectors.toSet());
        if (!deleted.isEmpty()) {
            groups.tellAll(new GroupCommand.TopicsDeleted(deleted));
        }
    }
}
