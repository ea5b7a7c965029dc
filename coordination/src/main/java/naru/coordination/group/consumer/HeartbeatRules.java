package naru.coordination.group.consumer;

import naru.coordination.group.modern.Bounds;
import naru.coordination.group.modern.HeldPartitions;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** What a heartbeat may say, as Kafka has it. */
final class HeartbeatRules {
    private HeartbeatRules() {}

    /** What is wrong with the request itself, or null. */
    static @Nullable Refusal check(
            ConsumerGroupHeartbeatRequestData request, short version, List<String> assignors) {
        int epoch = request.memberEpoch();
        String wrong = firstWrong(request, version);
        if (wrong == null && epoch == ModernMember.JOINING) {
            wrong = wrongJoin(request);
        } else if (wrong == null
                && epoch == ModernMember.LEAVING_FOR_A_WHILE
                && request.instanceId() == null) {
            wrong = "InstanceId can't be null.";
        }
        if (wrong != null) {
            return new Refusal(Errors.INVALID_REQUEST, wrong);
        }
        if (request.serverAssignor() != null && !assignors.contains(request.serverAssignor())) {
            return new Refusal(
                    Errors.UNSUPPORTED_ASSIGNOR,
                    "ServerAssignor "
                            + request.serverAssignor()
                            + " is not supported. Supported assignors: "
                            + String.join(", ", assignors)
                            + ".");
        }
        return null;
    }

    private static @Nullable String firstWrong(
            ConsumerGroupHeartbeatRequestData request, short version) {
        boolean bringsItsId =
                version
                        >= ConsumerGroupHeartbeatRequest
                                .CONSUMER_GENERATED_MEMBER_ID_REQUIRED_VERSION;
        if ((bringsItsId || request.memberEpoch() != ModernMember.JOINING)
                && request.memberId().isEmpty()) {
            return "MemberId can't be empty.";
        }
        if (request.groupId().isEmpty()) {
            return "GroupId can't be empty.";
        }
        if (isEmpty(request.instanceId())) {
            return "InstanceId can't be empty.";
        }
        if (isEmpty(request.rackId())) {
            return "RackId can't be empty.";
        }
        if (request.memberEpoch() < ModernMember.LEAVING_FOR_A_WHILE) {
            return "MemberEpoch is invalid.";
        }
        if (Bounds.isTooLong(request.groupId())
                || Bounds.isTooLong(request.memberId())
                || isTooLong(request.instanceId())
                || isTooLong(request.rackId())) {
            return "An id is longer than " + Bounds.ID_LENGTH + " characters.";
        }
        if (request.subscribedTopicNames() != null
                && request.subscribedTopicNames().size() > Bounds.TOPICS_PER_MEMBER) {
            return "More than " + Bounds.TOPICS_PER_MEMBER + " topics are named.";
        }
        return null;
    }

    private static boolean isEmpty(@Nullable String text) {
        return text != null && text.isEmpty();
    }

    private static boolean isTooLong(@Nullable String id) {
        return id != null && Bounds.isTooLong(id);
    }

    private static @Nullable String wrongJoin(ConsumerGroupHeartbeatRequestData request) {
        if (request.rebalanceTimeoutMs() == -1) {
            return "RebalanceTimeoutMs must be provided in first request.";
        }
        if (request.topicPartitions() == null || !request.topicPartitions().isEmpty()) {
            return "TopicPartitions must be empty when (re-)joining.";
        }
        if (request.subscribedTopicNames() == null && request.subscribedTopicRegex() == null) {
            return "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when"
                    + " (re-)joining.";
        }
        return null;
    }

    /**
     * Does the member know in which epoch it is? An answer may have been lost: then it still has
     * the epoch before, and no more than it was given in it.
     */
    static @Nullable Refusal checkEpoch(
            ConsumerMember member, int received, @Nullable TopicPartitions owned) {
        int epoch = member.epoch();
        if (received == ModernMember.JOINING || received == epoch) {
            return null;
        }
        if (received > epoch) {
            return new Refusal(
                    Errors.FENCED_MEMBER_EPOCH,
                    "The consumer group member has a greater member epoch ("
                            + received
                            + ") than the one known by the group coordinator ("
                            + epoch
                            + "). The member must abandon all its partitions and rejoin.");
        }
        if (received != member.holding().previousEpoch()
                || owned == null
                || !containsAll(member.holding().assigned(), owned)) {
            return new Refusal(
                    Errors.FENCED_MEMBER_EPOCH,
                    "The consumer group member has a smaller member epoch ("
                            + received
                            + ") than the one known by the group coordinator ("
                            + epoch
                            + "). The member must abandon all its partitions and rejoin.");
        }
        return null;
    }

    private static boolean containsAll(HeldPartitions assigned, TopicPartitions owned) {
        return assigned.withoutEpochs().containsAll(owned);
    }

    /** A request that says everything is answered with everything. */
    static boolean saysEverything(ConsumerGroupHeartbeatRequestData request) {
        return request.rebalanceTimeoutMs() != -1
                && (request.subscribedTopicNames() != null
                        || request.subscribedTopicRegex() != null)
                && request.topicPartitions() != null;
    }
}
