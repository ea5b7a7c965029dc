package naru.coordination.group.streams;

import naru.coordination.group.modern.ModernState;
import naru.coordination.group.modern.Roster;

import org.apache.kafka.coordinator.group.generated.StreamsGroupMetadataValue;
import org.apache.kafka.coordinator.group.streams.StreamsTopology;
import org.apache.kafka.coordinator.group.streams.assignor.TaskId;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A streams group. Owned by its shard; all that the log holds changes in {@link #apply} only.
 *
 * <p>Invariant: a task that is active at a member, or that it was asked to give up, is active
 * nowhere else; members of one process never have the same task twice.
 */
public final class StreamsGroup {
    private final String id;

    /** Above 0, by which a member says that it joins: one that waits for a target has joined. */
    private static final int FIRST_EPOCH = 1;

    private final Roster<StreamsMember, Tasks> roster = new Roster<>(FIRST_EPOCH);
    private final TaskHolders holders = new TaskHolders();
    private @Nullable StreamsTopology topology;
    private int validatedTopologyEpoch = -1;
    private Map<String, String> assignmentConfig = Map.of();

    private @Nullable Layout layout;
    private long comparedVersion;
    private long comparedAtMillis;
    private int endpointEpoch;
    private @Nullable String shutdownRequester;
    private @Nullable Long topicsAskedAtMillis;

    public StreamsGroup(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    Roster<StreamsMember, Tasks> roster() {
        return roster;
    }

    @Nullable StreamsTopology topology() {
        return topology;
    }

    int validatedTopologyEpoch() {
        return validatedTopologyEpoch;
    }

    Map<String, String> assignmentConfig() {
        return assignmentConfig;
    }

    public ModernState state() {
        if (roster.size() == 0) {
            return ModernState.EMPTY;
        }
        if (topology == null || topology.topologyEpoch() != validatedTopologyEpoch) {
            return ModernState.NOT_READY;
        }
        if (roster.epoch() > roster.targetEpoch()) {
            return ModernState.ASSIGNING;
        }
        boolean stable =
                roster.members().stream().allMatch(each -> each.isStableAt(roster.targetEpoch()));
        return stable ? ModernState.STABLE : ModernState.RECONCILING;
    }

    public boolean isEmpty() {
        return roster.size() == 0;
    }

    public int memberCount() {
        return roster.size();
    }

    /** Who has the task, in whichever role. */
    Set<String> holdersOf(TaskId task) {
        return holders.of(task);
    }

    public boolean isSubscribedTo(String topic) {
        return !isEmpty() && topology != null && topology.sourceTopicMap().containsKey(topic);
    }

    // ---- not in the log ----

    /** Of this very topology, or null. */
    @Nullable Layout layoutOf(@Nullable StreamsTopology wanted) {
        return layout != null && layout.topology() == wanted ? layout : null;
    }

    /** Must the topics be looked at again? */
    boolean isBehind(long version, long nowMillis, long pauseMillis) {
        return comparedVersion != version && nowMillis >= comparedAtMillis + pauseMillis;
    }

    void compared(Layout now, long nowMillis) {
        if (layout == now) {
            return;
        }
        layout = now;
        comparedVersion = now.topics().version();
        comparedAtMillis = nowMillis;
    }

    /** Rises when endpoints have other partitions. */
    int endpointEpoch() {
        return endpointEpoch;
    }

    void endpointsChanged() {
        endpointEpoch++;
    }

    @Nullable String shutdownRequester() {
        return shutdownRequester;
    }

    void requestShutdown(String memberId) {
        shutdownRequester = memberId;
    }

    /** Whoever asks for topics notes it: they need not be asked for with every heartbeat. */
    boolean mayAskForTopics(long nowMillis, long pauseMillis) {
        if (topicsAskedAtMillis != null && nowMillis < topicsAskedAtMillis + pauseMillis) {
            return false;
        }
        topicsAskedAtMillis = nowMillis;
        return true;
    }

    // ---- the log ----

    public void apply(StreamsRecord record) {
        switch (record) {
            case StreamsRecord.Epoch epoch -> {
                if (epoch.value() != null) {
                    apply(epoch.value());
                }
            }
            case StreamsRecord.Topology changed ->
                    topology =
                            changed.value() == null
                                    ? null
                                    : StreamsTopology.fromRecord(changed.value());
            case StreamsRecord.Member member -> apply(member);
            case StreamsRecord.TargetEpoch target -> {
                if (target.value() != null) {
                    roster.applyTargetEpoch(
                            target.value().assignmentEpoch(), target.value().assignmentTimestamp());
                }
            }
            case StreamsRecord.Target target ->
                    roster.applyTarget(
                            target.memberId(),
                            target.value() == null ? null : Tasks.of(target.value()));
            case StreamsRecord.Current current -> apply(current);
        }
    }

    private void apply(StreamsGroupMetadataValue value) {
        roster.applyEpoch(value.epoch(), value.metadataHash());
        validatedTopologyEpoch = value.validatedTopologyEpoch();
        Map<String, String> config = new HashMap<>();
        if (value.lastAssignmentConfigs() != null) {
            value.lastAssignmentConfigs().forEach(each -> config.put(each.key(), each.value()));
        }
        assignmentConfig = Map.copyOf(config);
    }

    private void apply(StreamsRecord.Member record) {
        if (record.value() == null) {
            StreamsMember gone = roster.applyGone(record.memberId());
            if (gone != null) {
                holders.remove(gone);
            }
            if (roster.size() == 0) {
                shutdownRequester = null;
            }
            return;
        }
        roster.apply(memberOrNew(record.memberId()).with(Profile.of(record.value())));
    }

    private void apply(StreamsRecord.Current record) {
        StreamsMember before = roster.member(record.memberId());
        if (record.value() == null && before == null) {
            return;
        }
        if (before != null) {
            holders.remove(before);
        }
        StreamsMember member =
                memberOrNew(record.memberId())
                        .with(record.value() == null ? Holding.NONE : Holding.of(record.value()));
        roster.apply(member);
        holders.put(member);
    }

    private StreamsMember memberOrNew(String memberId) {
        StreamsMember known = roster.member(memberId);
        return known == null ? StreamsMember.named(memberId) : known;
    }
}
