package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.resource.ResourceType;

import java.util.ArrayList;
import java.util.List;

/** OffsetFetch: the committed offsets of one group or of several, by topic name or id. */
public final class OffsetFetch implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Quorum quorum;
    private final Access access;

    public OffsetFetch(Coordinator<GroupCommand> coordinator, Quorum quorum, Access access) {
        this.coordinator = coordinator;
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        OffsetFetchRequestData body = (OffsetFetchRequestData) request.body();
        short version = request.version();
        List<OffsetFetchRequestGroup> groups =
                version >= OffsetFetchRequest.BATCH_MIN_VERSION
                        ? body.groups()
                        : List.of(onlyGroup(body));
        Gathering<OffsetFetchResponseGroup> gathering =
                Gathering.of(
                        groups.size(),
                        found ->
                                request.reply(
                                        new OffsetFetchResponse.Builder(found)
                                                .build(version)
                                                .data()));
        for (int i = 0; i < groups.size(); i++) {
            fetch(request, body.requireStable(), groups.get(i), i, gathering);
        }
    }

    /** The group of the older versions, which have room for one. */
    private static OffsetFetchRequestGroup onlyGroup(OffsetFetchRequestData body) {
        OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(body.groupId());
        if (body.topics() == null) {
            return group.setTopics(null);
        }
        List<OffsetFetchRequestTopics> topics = new ArrayList<>(body.topics().size());
        for (OffsetFetchRequestTopic topic : body.topics()) {
            topics.add(
                    new OffsetFetchRequestTopics()
                            .setName(topic.name())
                            .setPartitionIndexes(topic.partitionIndexes()));
        }
        return group.setTopics(topics);
    }

    private void fetch(
            Request request,
            boolean requireStable,
            OffsetFetchRequestGroup group,
            int index,
            Gathering<OffsetFetchResponseGroup> gathering) {
        short version = request.version();
        if (!access.allowed(request, AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId())) {
            gathering.put(
                    index,
                    OffsetFetchResponse.groupError(
                            group, Errors.GROUP_AUTHORIZATION_FAILED, version));
            return;
        }
        List<OffsetFetchResponseTopics> refused = new ArrayList<>(0);
        OffsetFetchRequestGroup checked =
                new OffsetFetchRequestGroup()
                        .setGroupId(group.groupId())
                        .setMemberId(group.memberId())
                        .setMemberEpoch(group.memberEpoch());
        checked.setTopics(group.topics() == null ? null : checked(request, group, refused));
        coordinator.ask(
                group.groupId(),
                ticket -> new GroupCommand.OffsetFetch(ticket, requireStable, checked),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        OffsetFetchResponseGroup found =
                                ((OffsetFetchResponseData) response).groups().getFirst();
                        if (group.topics() == null) {
                            found.setTopics(visible(request, found.topics()));
                        }
                        found.topics().addAll(refused);
                        gathering.put(index, found);
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        gathering.put(index, OffsetFetchResponse.groupError(group, error, version));
                    }
                });
    }

    /** The topics that the client may ask for, with their names; the others go to the refused. */
    private List<OffsetFetchRequestTopics> checked(
            Request request,
            OffsetFetchRequestGroup group,
            List<OffsetFetchResponseTopics> refused) {
        boolean byId = OffsetFetchRequest.useTopicIds(request.version());
        List<OffsetFetchRequestTopics> allowed = new ArrayList<>(group.topics().size());
        for (OffsetFetchRequestTopics topic : group.topics()) {
            ClusterImage.Topic known =
                    byId
                            ? quorum.image().topic(topic.topicId())
                            : quorum.image().topic(topic.name());
            if (byId && known == null) {
                refused.add(refused(topic, Errors.UNKNOWN_TOPIC_ID));
                continue;
            }
            String name = known == null ? topic.name() : known.name();
            if (!access.allowedOnTopic(request, AclOperation.DESCRIBE, name)) {
                refused.add(refused(topic, Errors.TOPIC_AUTHORIZATION_FAILED));
                continue;
            }
            if (known != null) {
                topic.setName(name).setTopicId(known.id());
            }
            allowed.add(topic);
        }
        return allowed;
    }

    private static OffsetFetchResponseTopics refused(OffsetFetchRequestTopics topic, Errors error) {
        OffsetFetchResponseTopics answer =
                new OffsetFetchResponseTopics().setName(topic.name()).setTopicId(topic.topicId());
        for (int partition : topic.partitionIndexes()) {
            answer.partitions()
                    .add(
                            new OffsetFetchResponsePartitions()
                                    .setPartitionIndex(partition)
                                    .setErrorCode(error.code())
                                    .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                    .setMetadata(OffsetFetchResponse.NO_METADATA));
        }
        return answer;
    }

    /** Of all topics, those that the client may see and, by id, those that there still are. */
    private List<OffsetFetchResponseTopics> visible(
            Request request, List<OffsetFetchResponseTopics> all) {
        boolean byId = OffsetFetchRequest.useTopicIds(request.version());
        List<OffsetFetchResponseTopics> visible = new ArrayList<>(all.size());
        for (OffsetFetchResponseTopics topic : all) {
            ClusterImage.Topic known = quorum.image().topic(topic.name());
            if ((byId && known == null)
                    || !access.permittedOnTopic(request, AclOperation.DESCRIBE, topic.name())) {
                continue;
            }
            visible.add(known == null ? topic : topic.setTopicId(known.id()));
        }
        return visible;
    }
}
