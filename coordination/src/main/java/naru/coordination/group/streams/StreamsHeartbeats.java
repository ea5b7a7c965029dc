package naru.coordination.group.streams;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Draft;
import naru.coordination.group.consumer.HeartbeatPace;
import naru.coordination.group.modern.Bounds;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.Surroundings;

import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Status;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTopologyValue;
import org.apache.kafka.coordinator.group.streams.StreamsCoordinatorRecordHelpers;
import org.apache.kafka.coordinator.group.streams.StreamsTopology;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/** StreamsGroupHeartbeat: members join, follow the group and leave. */
public final class StreamsHeartbeats {
    /** Topics that are missing are asked for again after this. */
    private static final long TOPICS_PAUSE_MILLIS = 1_000;

    private final StreamsSettings settings;
    private final Surroundings surroundings;
    private final StreamsMembership membership;
    private final IntSupplier membersOfShard;

    public StreamsHeartbeats(
            StreamsSettings settings,
            Surroundings surroundings,
            StreamsMembership membership,
            IntSupplier membersOfShard) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.membership = membership;
        this.membersOfShard = membersOfShard;
    }

    /** What is wrong with the request itself, or null. */
    public @Nullable Refusal check(StreamsGroupHeartbeatRequestData request) {
        return HeartbeatRules.check(request);
    }

    /**
     * @param group new and empty when there is none, and the member joins
     * @param makingRoom what must be recorded before such a group begins
     */
    public void heartbeat(
            StreamsGroup group,
            StreamsBeat beat,
            List<CoordinatorRecord> makingRoom,
            long ticket,
            Draft draft) {
        StreamsGroupHeartbeatRequestData request = beat.request();
        if (request.shutdownApplication() && group.roster().member(request.memberId()) != null) {
            group.requestShutdown(request.memberId());
        }
        if (request.memberEpoch() < ModernMember.JOINING) {
            leave(group, request, ticket, draft);
            return;
        }
        StreamsChange change = new StreamsChange(group, surroundings.topics(), draft);
        StreamsMember known = change.member(request.memberId());
        Refusal refusal = checkMember(change, known, beat);
        if (refusal != null) {
            refuse(ticket, refusal, draft);
            return;
        }
        switch (topologyOf(group, request)) {
            case Offered.Refused refused -> refuse(ticket, refused.refusal(), draft);
            case Offered.Topology offered -> {
                Layout layout = membership.layout(group, offered.topology(), draft.nowMillis());
                Refusal invalid = layout.refusal();
                if (invalid == null) {
                    invalid = HeartbeatRules.checkTasks(beat.owned(), layout);
                }
                if (invalid == null) {
                    makingRoom.forEach(draft::append);
                    beat(change, known, beat, offered, layout, ticket, draft);
                } else {
                    refuse(ticket, invalid, draft);
                }
            }
        }
    }

    // ---- who is it ----

    private @Nullable Refusal checkMember(
            StreamsChange change, @Nullable StreamsMember known, StreamsBeat beat) {
        if (known != null) {
            return HeartbeatRules.checkEpoch(known, beat.request().memberEpoch(), beat.owned());
        }
        if (!beat.joins()) {
            return unknown(beat.request().memberId(), change.groupId());
        }
        int limit = Math.min(settings.maxSize(), Bounds.MEMBERS_PER_GROUP);
        return change.size() < limit
                ? null
                : new Refusal(
                        Errors.GROUP_MAX_SIZE_REACHED,
                        "The streams group has reached its maximum capacity of "
                                + limit
                                + " members.");
    }

    private static Refusal unknown(String memberId, String groupId) {
        return new Refusal(
                Errors.UNKNOWN_MEMBER_ID,
                "Member " + memberId + " is not a member of group " + groupId + ".");
    }

    // ---- what does it run ----

    private sealed interface Offered {
        record Refused(Refusal refusal) implements Offered {}

        /**
         * @param value to be recorded, or null when the group has this topology already
         */
        record Topology(StreamsTopology topology, @Nullable StreamsGroupTopologyValue value)
                implements Offered {}
    }

    /** Whoever joins an empty group may bring another topology; among members there is one. */
    private static Offered topologyOf(
            StreamsGroup group, StreamsGroupHeartbeatRequestData request) {
        StreamsTopology present = group.topology();
        if (request.topology() == null) {
            return present == null
                    ? new Offered.Refused(
                            new Refusal(
                                    Errors.FENCED_MEMBER_EPOCH,
                                    "The group has no topology. The member must rejoin."))
                    : new Offered.Topology(present, null);
        }
        StreamsGroupTopologyValue value =
                StreamsCoordinatorRecordHelpers.convertToStreamsGroupTopologyRecord(
                        request.topology());
        StreamsTopology offered = StreamsTopology.fromRecord(value);
        if (present == null) {
            return new Offered.Topology(offered, value);
        }
        if (offered.topologyEpoch() < present.topologyEpoch() || offered.equals(present)) {
            return new Offered.Topology(present, null);
        }
        return group.isEmpty()
                ? new Offered.Topology(offered, value)
                : new Offered.Refused(
                        new Refusal(
                                Errors.INVALID_REQUEST,
                                "Topology updates are not supported while the group has members."));
    }

    // ---- a heartbeat ----

    private void beat(
            StreamsChange change,
            @Nullable StreamsMember known,
            StreamsBeat beat,
            Offered.Topology offered,
            Layout layout,
            long ticket,
            Draft draft) {
        StreamsMember before =
                known == null ? StreamsMember.named(beat.request().memberId()) : known;
        StreamsMember wanted =
                before.with(before.profile().updatedBy(beat.request(), beat.caller()));
        boolean changed = known == null || !wanted.profile().equals(before.profile());
        if (changed) {
            change.introduce(wanted);
        }
        if (offered.value() != null) {
            change.topology(offered.topology(), offered.value());
        }
        boolean delayed =
                membership.follow(change, layout, changed || offered.value() != null, draft);
        StreamsMember after = change.reconciled(wanted, change.target(wanted.id()), beat.owned());
        if (!after.holding().equals(wanted.holding())) {
            change.hold(after);
            membership.watchRevocation(change.groupId(), after, draft);
        }
        membership.heard(change.groupId(), after, draft);
        StreamsGroupHeartbeatResponseData response = answer(change, after, draft.nowMillis());
        boolean assignedOther = !before.holding().assigned().equals(after.holding().assigned());
        Tasks assigned = after.holding().assigned().ids();
        Tasks owned = beat.owned();
        if (beat.joins() || assignedOther || (owned != null && !owned.equals(assigned))) {
            response.setActiveTasks(ids(assigned.active()))
                    .setStandbyTasks(ids(assigned.standby()))
                    .setWarmupTasks(ids(assigned.warmup()));
        }
        if (assignedOther && after.profile().endpoint() != null) {
            change.group().endpointsChanged();
        }
        int endpointEpoch = change.group().endpointEpoch();
        if (endpointEpoch != beat.request().endpointInformationEpoch()) {
            response.setPartitionsByUserEndpoint(UserEndpoints.of(change.members(), layout));
        }
        response.setEndpointInformationEpoch(endpointEpoch)
                .setStatus(statuses(change, after, layout, delayed, beat, draft));
        draft.reply(ticket, response);
    }

    private StreamsGroupHeartbeatResponseData answer(
            StreamsChange change, StreamsMember member, long nowMillis) {
        boolean waits = member.holding().standing() == Standing.UNRELEASED;
        return new StreamsGroupHeartbeatResponseData()
                .setMemberId(member.id())
                .setMemberEpoch(member.epoch())
                .setHeartbeatIntervalMs(
                        HeartbeatPace.intervalMillis(
                                settings.heartbeatIntervalMillis(
                                        surroundings.configOf(change.groupId())),
                                settings.attentiveHeartbeatMillis(),
                                membersOfShard.getAsInt(),
                                waits ? change.targetSinceMillis() : -1,
                                nowMillis));
    }

    private static List<StreamsGroupHeartbeatResponseData.TaskIds> ids(TaskIds tasks) {
        List<StreamsGroupHeartbeatResponseData.TaskIds> ids = new ArrayList<>();
        tasks.partitions()
                .forEach((subtopology, indexes) ->
                        ids.add(
                                new StreamsGroupHeartbeatResponseData.TaskIds()
                                        .setSubtopologyId(subtopology)
                                        .setPartitions(List.copyOf(indexes))));
        return ids;
    }

    // ---- what members are told of the group ----

    private List<Status> statuses(
            StreamsChange change,
            StreamsMember member,
            Layout layout,
            boolean delayed,
            StreamsBeat beat,
            Draft draft) {
        List<Status> statuses = new ArrayList<>();
        int memberEpoch = member.profile().topologyEpoch();
        int groupEpoch = layout.topology().topologyEpoch();
        if (memberEpoch < groupEpoch) {
            statuses.add(
                    status(
                            StreamsGroupHeartbeatResponse.Status.STALE_TOPOLOGY,
                            "The member's topology epoch "
                                    + memberEpoch
                                    + " is behind the group's topology epoch "
                                    + groupEpoch
                                    + "."));
        }
        if (delayed) {
            statuses.add(
                    status(
                            StreamsGroupHeartbeatResponse.Status.ASSIGNMENT_DELAYED,
                            "The assignment waits for more members, or for its interval."));
        }
        Status topics = layout.status();
        if (topics != null) {
            String refused = makeMissingTopics(change.group(), layout, beat.mayCreate(), draft);
            statuses.add(topics.setStatusDetail(topics.statusDetail() + refused));
        }
        String requester = change.group().shutdownRequester();
        if (requester != null) {
            statuses.add(
                    status(
                            StreamsGroupHeartbeatResponse.Status.SHUTDOWN_APPLICATION,
                            "Streams group member "
                                    + requester
                                    + " encountered a fatal error and requested a shutdown for the"
                                    + " entire application."));
        }
        return statuses;
    }

    private static Status status(StreamsGroupHeartbeatResponse.Status status, String detail) {
        return new Status().setStatusCode(status.code()).setStatusDetail(detail);
    }

    /** Returns what is to be added to the status when the member may not have them made. */
    private static String makeMissingTopics(
            StreamsGroup group, Layout layout, Predicate<String> mayCreate, Draft draft) {
        List<CreatableTopic> missing = List.copyOf(layout.missingInternalTopics());
        List<String> forbidden =
                missing.stream()
                        .map(CreatableTopic::name)
                        .filter(name -> !mayCreate.test(name))
                        .sorted()
                        .toList();
        if (!forbidden.isEmpty()) {
            return "; Unauthorized to CREATE on topics " + String.join(", ", forbidden) + ".";
        }
        if (!missing.isEmpty() && group.mayAskForTopics(draft.nowMillis(), TOPICS_PAUSE_MILLIS)) {
            draft.effect(new InternalTopics(group.id(), missing));
        }
        return "";
    }

    // ---- leaving ----

    private void leave(
            StreamsGroup group,
            StreamsGroupHeartbeatRequestData request,
            long ticket,
            Draft draft) {
        StreamsMember member = group.roster().member(request.memberId());
        if (member == null) {
            refuse(ticket, unknown(request.memberId(), group.id()), draft);
            return;
        }
        StreamsChange change = new StreamsChange(group, surroundings.topics(), draft);
        membership.remove(change, member, draft);
        draft.reply(
                ticket,
                new StreamsGroupHeartbeatResponseData()
                        .setMemberId(request.memberId())
                        .setMemberEpoch(request.memberEpoch())
                        .setStatus(List.of()));
    }

    public static void refuse(long ticket, Refusal refusal, Draft draft) {
        draft.reply(
                ticket,
                new StreamsGroupHeartbeatResponseData()
                        .setErrorCode(refusal.error().code())
                        .setErrorMessage(refusal.message()));
    }
}
