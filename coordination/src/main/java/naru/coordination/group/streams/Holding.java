package naru.coordination.group.streams;

import naru.coordination.group.modern.ModernMember;

import org.apache.kafka.coordinator.group.generated.StreamsGroupCurrentMemberAssignmentValue;

/**
 * What a member has at present.
 *
 * @param epoch up to which the member follows the group; what it must send
 * @param previousEpoch what it may still send when an answer was lost; -1 for none
 * @param assigned it may run these
 * @param revoking it was asked to give these up; nobody else may have them
 */
record Holding(
        int epoch, int previousEpoch, Standing standing, HeldTasks assigned, HeldTasks revoking) {

    static final Holding NONE =
            new Holding(ModernMember.JOINING, -1, Standing.STABLE, HeldTasks.NONE, HeldTasks.NONE);

    /** In any role. */
    boolean owns(String subtopology, int partition) {
        return assigned.contains(subtopology, partition)
                || revoking.contains(subtopology, partition);
    }

    boolean runs(String subtopology, int partition) {
        return assigned.active().contains(subtopology, partition)
                || revoking.active().contains(subtopology, partition);
    }

    static Holding of(StreamsGroupCurrentMemberAssignmentValue value) {
        int epoch = value.memberEpoch();
        return new Holding(
                epoch,
                value.previousMemberEpoch(),
                Standing.of(value.state()),
                new HeldTasks(
                        TaskEpochs.of(value.activeTasks(), epoch),
                        TaskEpochs.of(value.standbyTasks(), TaskEpochs.NO_EPOCH),
                        TaskEpochs.of(value.warmupTasks(), TaskEpochs.NO_EPOCH)),
                new HeldTasks(
                        TaskEpochs.of(value.activeTasksPendingRevocation(), epoch),
                        TaskEpochs.of(value.standbyTasksPendingRevocation(), TaskEpochs.NO_EPOCH),
                        TaskEpochs.of(value.warmupTasksPendingRevocation(), TaskEpochs.NO_EPOCH)));
    }

    StreamsGroupCurrentMemberAssignmentValue toValue() {
        return new StreamsGroupCurrentMemberAssignmentValue()
                .setMemberEpoch(epoch)
                .setPreviousMemberEpoch(previousEpoch)
                .setState(standing.code())
                .setActiveTasks(assigned.active().toValue(true))
                .setStandbyTasks(assigned.standby().toValue(false))
                .setWarmupTasks(assigned.warmup().toValue(false))
                .setActiveTasksPendingRevocation(revoking.active().toValue(true))
                .setStandbyTasksPendingRevocation(revoking.standby().toValue(false))
                .setWarmupTasksPendingRevocation(revoking.warmup().toValue(false));
    }
}
