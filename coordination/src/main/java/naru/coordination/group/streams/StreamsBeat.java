package naru.coordination.group.streams;

import naru.coordination.group.modern.Caller;
import naru.coordination.group.modern.ModernMember;

import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.jspecify.annotations.Nullable;

import java.util.function.Predicate;

/**
 * A heartbeat with what goes with it.
 *
 * @param mayCreate may the member's principal create the topic of this name
 * @param request never changed
 */
public record StreamsBeat(
        Caller caller, Predicate<String> mayCreate, StreamsGroupHeartbeatRequestData request) {

    boolean joins() {
        return request.memberEpoch() == ModernMember.JOINING;
    }

    /** What the member says that it has, or null when it does not say. */
    @Nullable Tasks owned() {
        return Tasks.owned(request);
    }
}
