package naru.coordination.group.modern;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A change of a roster that is being decided: what has been decided so far over what is. Lives for
 * one decision and does not touch the roster.
 */
public final class RosterChange<M extends ModernMember, A> {
    private final Roster<M, A> before;

    /** Empty for those that go. */
    private final Map<String, Optional<M>> members = new LinkedHashMap<>();

    private final Map<String, Optional<A>> targets = new HashMap<>();
    private int epoch;
    private long metadataHash;
    private int targetEpoch;
    private long targetSinceMillis;

    public RosterChange(Roster<M, A> before) {
        this.before = before;
        this.epoch = before.epoch();
        this.metadataHash = before.metadataHash();
        this.targetEpoch = before.targetEpoch();
        this.targetSinceMillis = before.targetSinceMillis();
    }

    public Roster<M, A> before() {
        return before;
    }

    public int epoch() {
        return epoch;
    }

    public long metadataHash() {
        return metadataHash;
    }

    public void epoch(int newEpoch, long newMetadataHash) {
        epoch = newEpoch;
        metadataHash = newMetadataHash;
    }

    public int targetEpoch() {
        return targetEpoch;
    }

    public long targetSinceMillis() {
        return targetSinceMillis;
    }

    public void targetEpoch(int newTargetEpoch, long sinceMillis) {
        targetEpoch = newTargetEpoch;
        targetSinceMillis = sinceMillis;
    }

    public @Nullable M member(String memberId) {
        Optional<M> changed = members.get(memberId);
        return changed == null ? before.member(memberId) : changed.orElse(null);
    }

    public @Nullable M memberOfInstance(String instanceId) {
        for (Optional<M> changed : members.values()) {
            if (changed.isPresent() && instanceId.equals(changed.get().instanceId())) {
                return changed.get();
            }
        }
        M known = before.memberOfInstance(instanceId);
        return known == null ? null : member(known.id());
    }

    /** A copy when something has changed. */
    public Collection<M> members() {
        if (members.isEmpty()) {
            return before.members();
        }
        Collection<M> all = new ArrayList<>(before.size() + 1);
        for (M member : before.members()) {
            Optional<M> changed = members.get(member.id());
            if (changed == null) {
                all.add(member);
            } else {
                changed.ifPresent(all::add);
            }
        }
        members.forEach((memberId, changed) -> {
            if (before.member(memberId) == null) {
                changed.ifPresent(all::add);
            }
        });
        return all;
    }

    public int size() {
        int size = before.size();
        for (Map.Entry<String, Optional<M>> changed : members.entrySet()) {
            boolean was = before.member(changed.getKey()) != null;
            size += (changed.getValue().isPresent() ? 1 : 0) - (was ? 1 : 0);
        }
        return size;
    }

    /** The members that this change has put, and those that it removes as empty. */
    public Map<String, Optional<M>> changedMembers() {
        return members;
    }

    public void put(M member) {
        members.put(member.id(), Optional.of(member));
    }

    public void remove(String memberId) {
        members.put(memberId, Optional.empty());
        targets.put(memberId, Optional.empty());
    }

    public @Nullable A target(String memberId) {
        Optional<A> changed = targets.get(memberId);
        return changed == null ? before.target(memberId) : changed.orElse(null);
    }

    public void target(String memberId, A target) {
        targets.put(memberId, Optional.of(target));
    }
}
