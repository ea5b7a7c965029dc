package naru.coordination.group;

import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue.MemberMetadata;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A group of the classic protocol: its members, generation and state. Owned by its shard.
 *
 * <p>What the log holds (the last complete generation with its members and assignments, or that
 * there is no member) changes only in {@link #apply}, and so do the steps to STABLE and EMPTY. The
 * rest, a rebalance under way, is forgotten by a restart and changes while deciding.
 *
 * <p>Invariants: in STABLE every member has an assignment of this generation; in EMPTY there is no
 * member; only members of PREPARING_REBALANCE have parked joins, only members of
 * COMPLETING_REBALANCE have parked syncs.
 */
final class ClassicGroup {
    private static final String CONSUMER = "consumer";

    private final String id;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, String> memberIdByInstance = new HashMap<>();

    /** Ids that were given out and must come back with a join (KIP-394). */
    private final Set<String> pendingJoins = new HashSet<>();

    /** Members that know the generation but have not asked for their assignment. */
    private final Set<String> pendingSyncs = new HashSet<>();

    private GroupState state = GroupState.EMPTY;
    private long stateSinceMillis;
    private int generation;
    private @Nullable String protocolType;
    private @Nullable String protocol;
    private @Nullable String leaderId;
    private @Nullable Set<String> subscribedTopics;

    /** The first rebalance of an empty group: waits out its delay, however many have joined. */
    private boolean initialRebalance;

    private boolean memberJoinedDuringDelay;
    private int initialDelayLeftMillis;
    private boolean inLog;

    ClassicGroup(String id, long nowMillis) {
        this.id = id;
        this.stateSinceMillis = nowMillis;
    }

    // ---- facts ----

    String id() {
        return id;
    }

    GroupState state() {
        return state;
    }

    boolean is(GroupState other) {
        return state == other;
    }

    long stateSinceMillis() {
        return stateSinceMillis;
    }

    int generation() {
        return generation;
    }

    @Nullable String protocolType() {
        return protocolType;
    }

    @Nullable String protocol() {
        return protocol;
    }

    @Nullable String leaderId() {
        return leaderId;
    }

    boolean isLeader(Member member) {
        return member.id().equals(leaderId);
    }

    /** A record of this group itself (not only of its offsets) is in the log. */
    boolean isInLog() {
        return inLog;
    }

    Collection<Member> members() {
        return Collections.unmodifiableCollection(members.values());
    }

    @Nullable Member member(String memberId) {
        return members.get(memberId);
    }

    @Nullable Member memberOfInstance(String instanceId) {
        String memberId = memberIdByInstance.get(instanceId);
        return memberId == null ? null : members.get(memberId);
    }

    /** Is it a member, and the one that it says it is? */
    Errors check(String memberId, @Nullable String instanceId) {
        if (instanceId != null) {
            String current = memberIdByInstance.get(instanceId);
            if (current == null) {
                return Errors.UNKNOWN_MEMBER_ID;
            }
            if (!current.equals(memberId)) {
                return Errors.FENCED_INSTANCE_ID;
            }
        }
        return members.containsKey(memberId) ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
    }

    int rebalanceTimeoutMillis() {
        return members.values().stream().mapToInt(Member::rebalanceTimeoutMillis).max().orElse(0);
    }

    boolean isConsumerGroup() {
        return CONSUMER.equals(protocolType);
    }

    /** Unknown subscriptions of a consumer group are taken to be of every topic. */
    boolean isSubscribedTo(String topic) {
        return subscribedTopics == null ? isConsumerGroup() : subscribedTopics.contains(topic);
    }

    boolean knowsSubscriptions() {
        return subscribedTopics != null;
    }

    // ---- pending members ----

    boolean isPendingJoin(String memberId) {
        return pendingJoins.contains(memberId);
    }

    int pendingJoinCount() {
        return pendingJoins.size();
    }

    void addPendingJoin(String memberId) {
        pendingJoins.add(memberId);
    }

    boolean removePendingJoin(String memberId) {
        return pendingJoins.remove(memberId);
    }

    boolean isPendingSync(String memberId) {
        return pendingSyncs.contains(memberId);
    }

    /** Returns whether all have asked for their assignment. */
    boolean syncReceived(Member member) {
        pendingSyncs.remove(member.id());
        return pendingSyncs.isEmpty();
    }

    List<Member> membersThatDidNotSync() {
        return members.values().stream().filter(m -> pendingSyncs.contains(m.id())).toList();
    }

    // ---- membership ----

    void add(Member member) {
        String instanceId = member.instanceId();
        if (instanceId != null) {
            memberIdByInstance.put(instanceId, member.id());
        }
        if (leaderId == null) {
            leaderId = member.id();
        }
        members.put(member.id(), member);
        memberJoinedDuringDelay = true;
    }

    /** The first member of an empty group says what kind of group it is. */
    void adoptProtocolType(String type) {
        if (members.isEmpty()) {
            protocolType = type;
        }
    }

    void remove(Member member) {
        members.remove(member.id());
        pendingSyncs.remove(member.id());
        String instanceId = member.instanceId();
        if (instanceId != null) {
            memberIdByInstance.remove(instanceId);
        }
        if (isLeader(member)) {
            leaderId = members.isEmpty() ? null : members.keySet().iterator().next();
        }
    }

    /** A static member comes back under another id, in a rebalance. */
    void rename(Member member, String memberId) {
        String oldId = member.id();
        List<Member> inOrder = List.copyOf(members.values());
        boolean leads = isLeader(member);
        member.rename(memberId);
        members.clear();
        inOrder.forEach(each -> members.put(each.id(), each));
        memberIdByInstance.replaceAll((instance, id) -> id.equals(oldId) ? memberId : id);
        if (pendingSyncs.remove(oldId)) {
            pendingSyncs.add(memberId);
        }
        if (leads) {
            leaderId = memberId;
        }
    }

    long joiningCount() {
        return members.values().stream().filter(Member::isJoining).count();
    }

    boolean haveAllJoined() {
        return pendingJoins.isEmpty() && members.values().stream().allMatch(Member::isJoining);
    }

    /** The leader must be among those that joined. False if none of the members has. */
    boolean electLeaderAmongJoined() {
        Member leader = leaderId == null ? null : members.get(leaderId);
        if (leader != null && leader.isJoining()) {
            return true;
        }
        for (Member candidate : members.values()) {
            if (candidate.isJoining()) {
                leaderId = candidate.id();
                return true;
            }
        }
        return false;
    }

    // ---- protocols ----

    boolean accepts(String type, Set<String> names) {
        if (type.isEmpty() || names.isEmpty()) {
            return false;
        }
        if (state == GroupState.EMPTY || members.isEmpty()) {
            return true;
        }
        return type.equals(protocolType) && names.stream().anyMatch(this::isSupportedByAll);
    }

    private boolean isSupportedByAll(String name) {
        return members.values().stream().allMatch(m -> m.protocolNames().contains(name));
    }

    /** Each member votes for the first of its protocols that all support; the most votes win. */
    @Nullable String electProtocol() {
        return electProtocol(members.values().stream().map(Member::protocolNames).toList());
    }

    /** What would be elected if this member supported these protocols. */
    @Nullable String electProtocol(Member changed, Set<String> names) {
        return electProtocol(
                members.values().stream()
                        .map(member ->
                                member.id().equals(changed.id()) ? names : member.protocolNames())
                        .toList());
    }

    private static @Nullable String electProtocol(List<Set<String>> supported) {
        if (supported.isEmpty()) {
            return null;
        }
        Set<String> candidates = new HashSet<>(supported.getFirst());
        supported.forEach(candidates::retainAll);
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (Set<String> names : supported) {
            names.stream()
                    .filter(candidates::contains)
                    .findFirst()
                    .ifPresent(name -> votes.merge(name, 1, Integer::sum));
        }
        return votes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private @Nullable Set<String> parseSubscriptions() {
        if (!isConsumerGroup()) {
            return null;
        }
        if (members.isEmpty()) {
            return Set.of();
        }
        if (protocol == null) {
            return null;
        }
        Set<String> topics = new HashSet<>();
        try {
            for (Member member : members.values()) {
                ByteBuffer metadata = ByteBuffer.wrap(member.metadata(protocol));
                short version = ConsumerProtocol.deserializeVersion(metadata);
                topics.addAll(ConsumerProtocol.deserializeSubscription(metadata, version).topics());
            }
        } catch (RuntimeException notOurFormat) {
            return null;
        }
        return Set.copyOf(topics);
    }

    // ---- steps ----

    void prepareRebalance(long nowMillis) {
        initialRebalance = state == GroupState.EMPTY;
        memberJoinedDuringDelay = false;
        pendingSyncs.clear();
        enter(GroupState.PREPARING_REBALANCE, nowMillis);
    }

    boolean isInitialRebalance() {
        return state == GroupState.PREPARING_REBALANCE && initialRebalance;
    }

    void initialDelayLeft(int millis) {
        initialDelayLeftMillis = millis;
    }

    int initialDelayLeftMillis() {
        return initialDelayLeftMillis;
    }

    /** Did anybody join since this was last asked? */
    boolean takeMemberJoinedDuringDelay() {
        boolean joined = memberJoinedDuringDelay;
        memberJoinedDuringDelay = false;
        return joined;
    }

    void beginGeneration(long nowMillis) {
        generation++;
        protocol = electProtocol();
        subscribedTopics = parseSubscriptions();
        pendingSyncs.clear();
        pendingSyncs.addAll(members.keySet());
        enter(GroupState.COMPLETING_REBALANCE, nowMillis);
    }

    private void enter(GroupState next, long nowMillis) {
        state = next;
        stateSinceMillis = nowMillis;
    }

    // ---- the log ----

    /** This generation with the given assignments: applying it makes the group stable. */
    GroupMetadataValue assigned(Function<Member, byte[]> assignments, long sinceMillis) {
        List<MemberMetadata> saved = new ArrayList<>(members.size());
        members.values().forEach(m -> saved.add(m.toSaved(protocol, assignments.apply(m))));
        return value(generation, protocol, leaderId, sinceMillis).setMembers(saved);
    }

    /** This generation with a new process in the place of a member, and with its assignment. */
    GroupMetadataValue replaced(Member member, Member replacement) {
        List<MemberMetadata> saved = new ArrayList<>(members.size());
        for (Member each : members.values()) {
            Member taking = each.id().equals(member.id()) ? replacement : each;
            saved.add(taking.toSaved(protocol, each.assignment()));
        }
        String leader = isLeader(member) ? replacement.id() : leaderId;
        return value(generation, protocol, leader, stateSinceMillis).setMembers(saved);
    }

    /** The next generation, without members: applying it makes the group empty. */
    GroupMetadataValue emptied(long nowMillis) {
        return value(generation + 1, null, null, nowMillis).setMembers(List.of());
    }

    private GroupMetadataValue value(
            int ofGeneration, @Nullable String ofProtocol, @Nullable String leader, long since) {
        return new GroupMetadataValue()
                .setProtocolType(protocolType == null ? "" : protocolType)
                .setGeneration(ofGeneration)
                .setProtocol(ofProtocol)
                .setLeader(leader)
                .setCurrentStateTimestamp(since);
    }

    /**
     * Takes over what the log says. Members that are known, by id or else by instance id, keep what
     * the log does not hold: their other protocols and parked requests.
     */
    void apply(GroupMetadataValue saved) {
        inLog = true;
        generation = saved.generation();
        protocolType = saved.protocolType().isEmpty() ? null : saved.protocolType();
        protocol = saved.protocol();
        leaderId = saved.leader();
        Map<String, Member> known = new HashMap<>(members);
        Map<String, Member> knownInstances = new HashMap<>();
        memberIdByInstance.forEach(
                (instance, member) -> knownInstances.put(instance, members.get(member)));
        members.clear();
        memberIdByInstance.clear();
        for (MemberMetadata savedMember : saved.members()) {
            Member member = known.get(savedMember.memberId());
            if (member == null && savedMember.groupInstanceId() != null) {
                member = knownInstances.get(savedMember.groupInstanceId());
            }
            if (member == null) {
                member = Member.loaded(savedMember, protocol);
            }
            members.put(savedMember.memberId(), member);
            member.applySaved(savedMember, protocol);
            if (savedMember.groupInstanceId() != null) {
                memberIdByInstance.put(savedMember.groupInstanceId(), savedMember.memberId());
            }
        }
        pendingSyncs.retainAll(members.keySet());
        subscribedTopics = parseSubscriptions();
        enter(
                members.isEmpty() ? GroupState.EMPTY : GroupState.STABLE,
                saved.currentStateTimestamp());
    }
}
