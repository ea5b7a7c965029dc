package naru.coordination.group.share;

import naru.coordination.group.modern.ModernState;
import naru.coordination.group.modern.Roster;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A share group. Owned by its shard; all that the log holds changes in {@link #apply} only. */
public final class ShareGroup {
    private static final long NEVER_ASKED = Long.MIN_VALUE / 2;

    private final String id;
    private final Roster<ShareMember, TopicPartitions> roster = new Roster<>();
    private StateTopics state = StateTopics.NONE;
    private long askedAtMillis = NEVER_ASKED;
    private @Nullable Long comparedVersion;

    public ShareGroup(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    Roster<ShareMember, TopicPartitions> roster() {
        return roster;
    }

    StateTopics state() {
        return state;
    }

    public boolean isEmpty() {
        return roster.size() == 0;
    }

    public int memberCount() {
        return roster.size();
    }

    public ModernState modernState() {
        return isEmpty() ? ModernState.EMPTY : ModernState.STABLE;
    }

    // ---- not in the log ----

    /** Whether the share coordinator was asked so long ago that it may be asked again. */
    boolean mayAsk(long nowMillis, long pauseMillis) {
        return nowMillis >= askedAtMillis + pauseMillis;
    }

    void asked(long nowMillis) {
        askedAtMillis = nowMillis;
    }

    /** It has answered. */
    void answered() {
        askedAtMillis = NEVER_ASKED;
    }

    boolean isBehind(long version) {
        return comparedVersion == null || comparedVersion != version;
    }

    void compared(long version) {
        comparedVersion = version;
    }

    // ---- the log ----

    public void apply(ShareGroupRecord record) {
        switch (record) {
            case ShareGroupRecord.Epoch epoch -> {
                if (epoch.value() != null) {
                    roster.applyEpoch(epoch.value().epoch(), epoch.value().metadataHash());
                }
            }
            case ShareGroupRecord.Member member -> {
                if (member.value() == null) {
                    roster.applyGone(member.memberId());
                } else {
                    roster.apply(memberOrNew(member.memberId()).with(member.value()));
                }
            }
            case ShareGroupRecord.TargetEpoch target -> {
                if (target.value() != null) {
                    roster.applyTargetEpoch(
                            target.value().assignmentEpoch(), target.value().assignmentTimestamp());
                }
            }
            case ShareGroupRecord.Target target ->
                    roster.applyTarget(target.memberId(), target.value());
            case ShareGroupRecord.Current current -> applyCurrent(current);
            case ShareGroupRecord.State changed ->
                    state =
                            changed.value() == null
                                    ? StateTopics.NONE
                                    : StateTopics.of(changed.value());
        }
    }

    private void applyCurrent(ShareGroupRecord.Current record) {
        if (record.value() == null) {
            ShareMember known = roster.member(record.memberId());
            if (known != null) {
                roster.apply(
                        known.holding(
                                ShareMember.JOINING, ShareMember.JOINING, TopicPartitions.NONE));
            }
            return;
        }
        Map<Uuid, Set<Integer>> assigned = new HashMap<>();
        record.value()
                .assignedPartitions()
                .forEach(topic -> assigned.put(topic.topicId(), Set.copyOf(topic.partitions())));
        roster.apply(
                memberOrNew(record.memberId())
                        .holding(
                                record.value().memberEpoch(),
                                record.value().previousMemberEpoch(),
                                new TopicPartitions(assigned)));
    }

    private ShareMember memberOrNew(String memberId) {
        ShareMember known = roster.member(memberId);
        return known == null ? ShareMember.named(memberId) : known;
    }
}
