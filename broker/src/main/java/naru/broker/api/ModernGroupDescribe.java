package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

import java.util.List;
import java.util.stream.Stream;

/**
 * Epochs, members and assignments of groups of the newer protocols. Each group is asked for where
 * its shard is; one that the client may not see, or that has a topic which it may not see, is
 * answered by an error alone.
 *
 * @param <G> a group as the response describes it
 */
abstract class ModernGroupDescribe<G> implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    ModernGroupDescribe(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    /** What the request asks for. */
    record Wish(List<String> groupIds, boolean authorizedOperations) {}

    /** Asks a shard for one group; its answer goes through {@link #groupIn}. */
    abstract GroupCommand command(long ticket, String groupId);

    abstract G groupIn(ApiMessage answer);

    abstract ApiMessage response(List<G> groups);

    abstract boolean isRefused(G group);

    abstract G refused(String groupId, Errors error, String message);

    /** The topics that the description names. */
    abstract Stream<String> topics(G group);

    abstract G withOperations(G group, int bits);

    final void describe(Request request, Wish wish) {
        List<String> groups = wish.groupIds();
        Gathering<G> gathering =
                Gathering.of(groups.size(), described -> request.reply(response(described)));
        for (int i = 0; i < groups.size(); i++) {
            describe(request, wish, i, gathering);
        }
    }

    private void describe(Request request, Wish wish, int index, Gathering<G> gathering) {
        String groupId = wish.groupIds().get(index);
        if (!access.allowed(request, AclOperation.DESCRIBE, ResourceType.GROUP, groupId)) {
            Errors error = Errors.GROUP_AUTHORIZATION_FAILED;
            gathering.put(index, refused(groupId, error, error.message()));
            return;
        }
        coordinator.ask(
                groupId,
                ticket -> command(ticket, groupId),
                new Answer() {
                    @Override
                    public void reply(ApiMessage answer) {
                        gathering.put(index, visible(request, wish, groupId, groupIn(answer)));
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        gathering.put(index, refused(groupId, error, message));
                    }
                });
    }

    private G visible(Request request, Wish wish, String groupId, G group) {
        if (isRefused(group)) {
            return group;
        }
        boolean seesAll =
                topics(group)
                        .distinct()
                        .allMatch(topic ->
                                access.permittedOnTopic(request, AclOperation.DESCRIBE, topic));
        if (!seesAll) {
            return refused(
                    groupId,
                    Errors.TOPIC_AUTHORIZATION_FAILED,
                    "The group has described topic(s) that the client is not authorized to"
                            + " describe.");
        }
        return wish.authorizedOperations()
                ? withOperations(group, AuthorizedOperations.onGroup(access, request, groupId))
                : group;
    }
}
