package naru.coordination.group.consumer;

import naru.coordination.group.modern.ModernState;
import naru.coordination.group.modern.PartitionOwners;
import naru.coordination.group.modern.Roster;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A consumer group of the newer protocol. Owned by its shard; all that the log holds changes in
 * {@link #apply} only.
 *
 * <p>Invariant: a partition that a member has, or was asked to give up, has no other owner.
 */
public final class ConsumerGroup {
    private final String id;
    private final Roster<ConsumerMember, TopicPartitions> roster = new Roster<>();
    private final Map<String, ResolvedExpression> expressions = new HashMap<>();
    private final PartitionOwners owners = new PartitionOwners();

    private @Nullable Long comparedVersion;
    private long comparedAtMillis;

    public ConsumerGroup(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    Roster<ConsumerMember, TopicPartitions> roster() {
        return roster;
    }

    public ModernState state() {
        if (roster.size() == 0) {
            return ModernState.EMPTY;
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

    /** By expression. */
    Map<String, ResolvedExpression> expressions() {
        return Collections.unmodifiableMap(expressions);
    }

    @Nullable String ownerOf(Uuid topic, int partition) {
        return owners.of(topic, partition);
    }

    /** Names of topics that some member wants, by name or by expression. */
    Set<String> subscribedTopics() {
        Set<String> names = new HashSet<>();
        roster.members().forEach(member -> names.addAll(member.subscription().names()));
        expressions.values().forEach(resolved -> names.addAll(resolved.topics()));
        return names;
    }

    public boolean isSubscribedTo(String topic) {
        return expressions.values().stream().anyMatch(each -> each.topics().contains(topic))
                || roster.members().stream()
                        .anyMatch(each -> each.subscription().names().contains(topic));
    }

    // ---- not in the log ----

    /** Must the subscribed topics be looked at again? */
    boolean isBehind(long version, long nowMillis, long pauseMillis) {
        return comparedVersion == null
                || (comparedVersion != version && nowMillis >= comparedAtMillis + pauseMillis);
    }

    void compared(long version, long nowMillis) {
        comparedVersion = version;
        comparedAtMillis = nowMillis;
    }

    // ---- the log ----

    public void apply(ConsumerRecord record) {
        switch (record) {
            case ConsumerRecord.Epoch epoch -> {
                if (epoch.value() != null) {
                    roster.applyEpoch(epoch.value().epoch(), epoch.value().metadataHash());
                }
            }
            case ConsumerRecord.Member member -> applyMember(member);
            case ConsumerRecord.TargetEpoch target -> {
                if (target.value() != null) {
                    roster.applyTargetEpoch(
                            target.value().assignmentEpoch(), target.value().assignmentTimestamp());
                }
            }
            case ConsumerRecord.Target target ->
                    roster.applyTarget(target.memberId(), target.value());
            case ConsumerRecord.Current current -> applyCurrent(current);
            case ConsumerRecord.Expression expression -> {
                if (expression.value() == null) {
                    expressions.remove(expression.expression());
                } else {
                    expressions.put(expression.expression(), expression.value());
                }
            }
            case ConsumerRecord.Topics topics -> {}
        }
    }

    private void applyMember(ConsumerRecord.Member record) {
        if (record.value() == null) {
            ConsumerMember gone = roster.applyGone(record.memberId());
            if (gone != null) {
                disown(gone);
            }
            return;
        }
        roster.apply(memberOrNew(record.memberId()).with(Subscription.of(record.value())));
    }

    private void applyCurrent(ConsumerRecord.Current record) {
        ConsumerMember before = roster.member(record.memberId());
        if (record.value() == null && before == null) {
            return;
        }
        ConsumerMember member =
                memberOrNew(record.memberId())
                        .with(record.value() == null ? Holding.NONE : Holding.of(record.value()));
        if (before != null) {
            disown(before);
        }
        roster.apply(member);
        member.holding()
                .assigned()
                .forEach((topic, index) -> owners.put(topic, index, member.id()));
        member.holding()
                .revoking()
                .forEach((topic, index) -> owners.put(topic, index, member.id()));
    }

    private ConsumerMember memberOrNew(String memberId) {
        ConsumerMember known = roster.member(memberId);
        return known == null ? ConsumerMember.named(memberId) : known;
    }

    private void disown(ConsumerMember member) {
        member.holding()
                .assigned()
                .forEach((topic, index) -> owners.remove(topic, index, member.id()));
        member.holding()
                .revoking()
                .forEach((topic, index) -> owners.remove(topic, index, member.id()));
    }
}
