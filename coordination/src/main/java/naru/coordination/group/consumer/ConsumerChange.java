package naru.coordination.group.consumer;

import naru.coordination.Draft;
import naru.coordination.group.modern.Assigning;
import naru.coordination.group.modern.Assigning.Candidate;
import naru.coordination.group.modern.RosterChange;
import naru.coordination.group.modern.TopicCatalog;
import naru.coordination.group.modern.TopicPartitions;
import naru.coordination.group.modern.TopicsHash;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A change of one group that is being decided. What is decided goes into the draft as records and
 * is seen by what is decided next; the group itself changes when the records are applied.
 */
final class ConsumerChange {
    private final ConsumerGroup group;
    private final TopicCatalog topics;
    private final Draft draft;
    private final RosterChange<ConsumerMember, TopicPartitions> roster;

    /** Empty for those that go. */
    private final Map<String, Optional<ResolvedExpression>> expressions = new HashMap<>();

    ConsumerChange(ConsumerGroup group, TopicCatalog topics, Draft draft) {
        this.group = group;
        this.topics = topics;
        this.draft = draft;
        this.roster = new RosterChange<>(group.roster());
    }

    // ---- what is decided so far ----

    ConsumerGroup group() {
        return group;
    }

    String groupId() {
        return group.id();
    }

    TopicCatalog topics() {
        return topics;
    }

    int epoch() {
        return roster.epoch();
    }

    int targetEpoch() {
        return roster.targetEpoch();
    }

    long targetSinceMillis() {
        return roster.targetSinceMillis();
    }

    int size() {
        return roster.size();
    }

    Collection<ConsumerMember> members() {
        return roster.members();
    }

    @Nullable ConsumerMember member(String memberId) {
        return roster.member(memberId);
    }

    @Nullable ConsumerMember memberOfInstance(String instanceId) {
        return roster.memberOfInstance(instanceId);
    }

    TopicPartitions target(String memberId) {
        TopicPartitions target = roster.target(memberId);
        return target == null ? TopicPartitions.NONE : target;
    }

    @Nullable ResolvedExpression resolved(String expression) {
        Optional<ResolvedExpression> changed = expressions.get(expression);
        return changed == null ? group.expressions().get(expression) : changed.orElse(null);
    }

    /** Names of the topics that the member wants, whether or not they exist. */
    Set<String> topicsOf(ConsumerMember member) {
        Set<String> names = new HashSet<>(member.subscription().names());
        String pattern = member.subscription().pattern();
        ResolvedExpression resolved = pattern == null ? null : resolved(pattern);
        if (resolved != null) {
            names.addAll(resolved.topics());
        }
        return names;
    }

    // ---- members ----

    /** The member as it is now wanted: new, or with another subscription. */
    void subscribe(ConsumerMember member) {
        draft.append(ConsumerRecord.member(groupId(), member));
        roster.put(member);
    }

    /** The member with what it now has. */
    void hold(ConsumerMember member) {
        draft.append(ConsumerRecord.current(groupId(), member));
        roster.put(member);
    }

    void remove(ConsumerMember member) {
        ConsumerRecord.memberGone(groupId(), member.id()).forEach(draft::append);
        roster.remove(member.id());
        forgetUnused(member.subscription().pattern());
    }

    /** Nothing is left of the group as one of this protocol. */
    void dissolve() {
        for (ConsumerMember member : members()) {
            ConsumerRecord.memberGone(groupId(), member.id()).forEach(draft::append);
        }
        group.expressions()
                .keySet()
                .forEach(each -> draft.append(ConsumerRecord.expressionGone(groupId(), each)));
        ConsumerRecord.groupGone(groupId()).forEach(draft::append);
    }

    /** Another process takes the place of a static member, with its target. */
    void replace(ConsumerMember member, ConsumerMember replacement) {
        TopicPartitions target = target(member.id());
        ConsumerRecord.memberGone(groupId(), member.id()).forEach(draft::append);
        roster.remove(member.id());
        subscribe(replacement);
        aim(replacement.id(), target);
        hold(replacement);
    }

    // ---- topics ----

    void resolve(String expression, Predicate<String> maySee) {
        ResolvedExpression before = resolved(expression);
        ResolvedExpression now = Expressions.resolve(expression, topics, maySee, draft.nowMillis());
        if (before == null || !before.topics().equals(now.topics())) {
            expressions.put(expression, Optional.of(now));
            draft.append(ConsumerRecord.expression(groupId(), expression, now));
        }
    }

    /** Forgets what an expression stands for if nobody uses it any more. */
    void forgetUnused(@Nullable String expression) {
        if (expression != null
                && resolved(expression) != null
                && members().stream()
                        .noneMatch(each ->
                                Objects.equals(expression, each.subscription().pattern()))) {
            expressions.put(expression, Optional.empty());
            draft.append(ConsumerRecord.expressionGone(groupId(), expression));
        }
    }

    /** Have the topics changed since the group was given its epoch? */
    boolean seesOtherTopics() {
        return topicsHash() != roster.metadataHash();
    }

    private long topicsHash() {
        Set<String> names = new HashSet<>();
        members().forEach(member -> names.addAll(topicsOf(member)));
        return TopicsHash.of(names, topics);
    }

    // ---- epochs ----

    void raiseEpoch() {
        int next = roster.epoch() + 1;
        long hash = topicsHash();
        roster.epoch(next, hash);
        draft.append(ConsumerRecord.epoch(groupId(), next, hash));
    }

    /** What each member shall have, in the epoch of the group. */
    void assign(Assignors assignors) {
        Collection<ConsumerMember> all = members();
        Map<String, Candidate> candidates = LinkedHashMap.newLinkedHashMap(all.size());
        Map<Set<String>, Set<Uuid>> idsOfNames = new HashMap<>();
        for (ConsumerMember member : all) {
            Set<Uuid> ids = idsOfNames.computeIfAbsent(topicsOf(member), this::idsOf);
            candidates.put(
                    member.id(),
                    new Candidate(
                            member.subscription().rackId(),
                            member.instanceId(),
                            ids,
                            target(member.id())));
        }
        Assigning.assign(
                        assignors.get(assignors.preferred(all)),
                        candidates,
                        topics,
                        (topic, partition) -> true)
                .forEach((memberId, target) -> {
                    if (!target.equals(target(memberId))) {
                        aim(memberId, target);
                    }
                });
        roster.targetEpoch(roster.epoch(), draft.nowMillis());
        draft.append(ConsumerRecord.targetEpoch(groupId(), roster.epoch(), draft.nowMillis()));
    }

    private Set<Uuid> idsOf(Set<String> names) {
        Set<Uuid> ids = new HashSet<>();
        for (String name : names) {
            TopicCatalog.Topic topic = topics.topic(name);
            if (topic != null) {
                ids.add(topic.id());
            }
        }
        return Set.copyOf(ids);
    }

    private void aim(String memberId, TopicPartitions target) {
        roster.target(memberId, target);
        draft.append(ConsumerRecord.target(groupId(), memberId, target));
    }

    // ---- partitions ----

    /** Has nobody but this member the partition? */
    boolean isFreeFor(String memberId, Uuid topic, int partition) {
        String owner = group.ownerOf(topic, partition);
        if (owner != null && !owner.equals(memberId)) {
            ConsumerMember now = roster.member(owner);
            if (now != null && now.holding().owns(topic, partition)) {
                return false;
            }
        }
        for (Map.Entry<String, Optional<ConsumerMember>> changed :
                roster.changedMembers().entrySet()) {
            if (!changed.getKey().equals(memberId)
                    && changed.getValue().isPresent()
                    && changed.getValue().get().holding().owns(topic, partition)) {
                return false;
            }
        }
        return true;
    }

    /** The member after its next step towards its target; nothing is recorded. */
    ConsumerMember reconciled(ConsumerMember member, @Nullable TopicPartitions owned) {
        Holding next =
                new Reconciliation(
                                target(member.id()),
                                targetEpoch(),
                                owned,
                                (topic, partition) -> isFreeFor(member.id(), topic, partition))
                        .next(member.holding());
        return member.with(next);
    }
}
