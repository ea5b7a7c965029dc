package naru.coordination.group.modern;

/** What a deadline of a shard of groups is for. */
public sealed interface GroupDeadline {
    String groupId();

    /** A member, or a member id that was given out, must be heard of. */
    record Session(String groupId, String memberId) implements GroupDeadline {}

    /** Members of a classic group have had their time to join. */
    record JoinPhase(String groupId) implements GroupDeadline {}

    /** Members of a classic group have had their time to ask for their assignment. */
    record SyncPhase(String groupId) implements GroupDeadline {}

    /** A member has had its time to give up what it was asked for. */
    record Revocation(String groupId, String memberId) implements GroupDeadline {}

    /** A classic member of a newer group has been told to rejoin, or to sync. */
    record ClassicStep(String groupId, String memberId) implements GroupDeadline {}

    /** A group has become a classic one and has to rebalance. */
    record Converted(String groupId) implements GroupDeadline {}

    /** A new target may be computed again. */
    record Assignment(String groupId) implements GroupDeadline {}
}
