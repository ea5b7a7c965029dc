package naru.coordination.group.modern;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who is in a group, in which epoch the group is, and what each member shall have. Owned by its
 * group; changes only when records are applied.
 *
 * <p>Invariant: every instance id names a member of this roster.
 *
 * @param <M> members
 * @param <A> what a member is assigned
 */
public final class Roster<M extends ModernMember, A> {
    private final Map<String, M> members = new LinkedHashMap<>();
    private final Map<String, String> memberIdByInstance = new HashMap<>();
    private final Map<String, A> targets = new HashMap<>();
    private int epoch;
    private long metadataHash;
    private int targetEpoch;
    private long targetSinceMillis;

    /** A roster that begins in the epoch 0. */
    public Roster() {
        this(0);
    }

    public Roster(int firstEpoch) {
        this.epoch = firstEpoch;
        this.targetEpoch = firstEpoch;
    }

    // ---- facts ----

    /** Rises with every change of members, subscriptions or topics. */
    public int epoch() {
        return epoch;
    }

    /** Of the subscribed topics as they were in this epoch; 0 when it is not known. */
    public long metadataHash() {
        return metadataHash;
    }

    /** The group epoch from which the targets were computed. */
    public int targetEpoch() {
        return targetEpoch;
    }

    /** When the targets were computed, 0 if the log does not say. */
    public long targetSinceMillis() {
        return targetSinceMillis;
    }

    public Collection<M> members() {
        return Collections.unmodifiableCollection(members.values());
    }

    public int size() {
        return members.size();
    }

    public @Nullable M member(String memberId) {
        return members.get(memberId);
    }

    public @Nullable M memberOfInstance(String instanceId) {
        String memberId = memberIdByInstance.get(instanceId);
        return memberId == null ? null : members.get(memberId);
    }

    public @Nullable A target(String memberId) {
        return targets.get(memberId);
    }

    public Map<String, A> targets() {
        return Collections.unmodifiableMap(targets);
    }

    // ---- the log ----

    public void applyEpoch(int newEpoch, long newMetadataHash) {
        epoch = newEpoch;
        metadataHash = newMetadataHash;
    }

    /** Returns what the member was before, or null. */
    public @Nullable M apply(M member) {
        M before = members.put(member.id(), member);
        if (before != null) {
            forgetInstance(before);
        }
        String instanceId = member.instanceId();
        if (instanceId != null) {
            memberIdByInstance.put(instanceId, member.id());
        }
        return before;
    }

    public @Nullable M applyGone(String memberId) {
        M gone = members.remove(memberId);
        if (gone != null) {
            forgetInstance(gone);
        }
        return gone;
    }

    /** A process that took the place of another under the same instance id keeps it. */
    private void forgetInstance(M member) {
        String instanceId = member.instanceId();
        if (instanceId != null) {
            memberIdByInstance.remove(instanceId, member.id());
        }
    }

    public void applyTargetEpoch(int newTargetEpoch, long sinceMillis) {
        targetEpoch = newTargetEpoch;
        targetSinceMillis = sinceMillis;
    }

    public void applyTarget(String memberId, @Nullable A target) {
        if (target == null) {
            targets.remove(memberId);
        } else {
            targets.put(memberId, target);
        }
    }
}
