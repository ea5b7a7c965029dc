package naru.coordination.group.share;

import naru.coordination.Draft;
import naru.coordination.group.modern.Assigning;
import naru.coordination.group.modern.Assigning.Candidate;
import naru.coordination.group.modern.RosterChange;
import naru.coordination.group.modern.TopicCatalog;
import naru.coordination.group.modern.TopicPartitions;
import naru.coordination.group.modern.TopicsHash;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.assignor.SimpleAssignor;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A change of one share group that is being decided. What is decided goes into the draft as
 * records; the group itself changes when they are applied.
 */
final class ShareGroupChange {
    private final ShareGroup group;
    private final TopicCatalog topics;
    private final Draft draft;
    private final SimpleAssignor assignor;
    private final RosterChange<ShareMember, TopicPartitions> roster;
    private StateTopics state;

    ShareGroupChange(ShareGroup group, TopicCatalog topics, SimpleAssignor assignor, Draft draft) {
        this.group = group;
        this.topics = topics;
        this.assignor = assignor;
        this.draft = draft;
        this.roster = new RosterChange<>(group.roster());
        this.state = group.state();
    }

    int epoch() {
        return roster.epoch();
    }

    int targetEpoch() {
        return roster.targetEpoch();
    }

    int size() {
        return roster.size();
    }

    StateTopics state() {
        return state;
    }

    @Nullable ShareMember member(String memberId) {
        return roster.member(memberId);
    }

    TopicPartitions target(String memberId) {
        TopicPartitions target = roster.target(memberId);
        return target == null ? TopicPartitions.NONE : target;
    }

    void subscribe(ShareMember member) {
        draft.append(ShareGroupRecord.member(group.id(), member));
        roster.put(member);
    }

    void hold(ShareMember member) {
        draft.append(ShareGroupRecord.current(group.id(), member));
        roster.put(member);
    }

    void remove(ShareMember member) {
        ShareGroupRecord.memberGone(group.id(), member.id()).forEach(draft::append);
        roster.remove(member.id());
    }

    void state(StateTopics changed) {
        state = changed;
        draft.append(ShareGroupRecord.state(group.id(), changed));
    }

    private Set<String> subscribedTopics() {
        Set<String> names = new HashSet<>();
        roster.members().forEach(member -> names.addAll(member.topics()));
        return names;
    }

    boolean seesOtherTopics() {
        return TopicsHash.of(subscribedTopics(), topics) != roster.metadataHash();
    }

    void raiseEpoch() {
        int next = roster.epoch() + 1;
        long hash = TopicsHash.of(subscribedTopics(), topics);
        roster.epoch(next, hash);
        draft.append(ShareGroupRecord.epoch(group.id(), next, hash));
    }

    /** Partitions of subscribed topics that have no state yet, and the topics' names. */
    Missing missing() {
        Map<Uuid, Set<Integer>> partitions = new HashMap<>();
        Map<Uuid, String> names = new HashMap<>();
        for (String name : subscribedTopics()) {
            TopicCatalog.Topic topic = topics.topic(name);
            if (topic == null) {
                continue;
            }
            for (int index = 0; index < topic.partitionCount(); index++) {
                if (!state.initialized().contains(topic.id(), index)) {
                    partitions.computeIfAbsent(topic.id(), id -> new TreeSet<>()).add(index);
                    names.put(topic.id(), name);
                }
            }
        }
        return new Missing(new TopicPartitions(partitions), names);
    }

    record Missing(TopicPartitions partitions, Map<Uuid, String> names) {}

    /** What each member shall have of the partitions with state, in the epoch of the group. */
    void assign() {
        Map<String, Candidate> candidates = new LinkedHashMap<>();
        for (ShareMember member : roster.members()) {
            candidates.put(
                    member.id(),
                    new Candidate(member.rackId(), null, idsOf(member), target(member.id())));
        }
        Assigning.assign(assignor, candidates, topics, state.initialized()::contains)
                .forEach((memberId, target) -> {
                    if (!target.equals(target(memberId))) {
                        roster.target(memberId, target);
                        draft.append(ShareGroupRecord.target(group.id(), memberId, target));
                    }
                });
        roster.targetEpoch(roster.epoch(), draft.nowMillis());
        draft.append(ShareGroupRecord.targetEpoch(group.id(), roster.epoch(), draft.nowMillis()));
    }

    private Set<Uuid> idsOf(ShareMember member) {
        Set<Uuid> ids = new HashSet<>();
        for (String name : member.topics()) {
            TopicCatalog.Topic topic = topics.topic(name);
            if (topic != null) {
                ids.add(topic.id());
            }
        }
        return ids;
    }
}
