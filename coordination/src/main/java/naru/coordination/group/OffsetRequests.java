package naru.coordination.group;

import naru.coordination.Decision;
import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.OffsetCommit;
import naru.coordination.group.GroupCommand.OffsetDelete;
import naru.coordination.group.GroupCommand.OffsetFetch;
import naru.coordination.group.GroupCommand.TxnOffsetCommit;
import naru.coordination.group.GroupRecord.OffsetKey;
import naru.coordination.group.consumer.ConsumerGroup;
import naru.coordination.group.consumer.ConsumerOffsetRules;
import naru.coordination.group.streams.StreamsGroup;
import naru.coordination.group.streams.StreamsOffsetRules;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.OptionalLong;

/** OffsetCommit, OffsetFetch and OffsetDelete. */
final class OffsetRequests {
    /** Commits in a transaction are checked alike in all versions. */
    private static final short NO_VERSION = 0;

    private static final short GROUP_ID_NOT_FOUND_SINCE = 9;
    private static final long NO_OFFSET = -1;
    private static final int NO_EPOCH = -1;
    private static final long RETENTION_OF_BROKER = -1;

    private final GroupSettings settings;
    private final GroupOffsets offsets;
    private final Rebalance rebalance;

    OffsetRequests(GroupSettings settings, GroupOffsets offsets, Rebalance rebalance) {
        this.settings = settings;
        this.offsets = offsets;
        this.rebalance = rebalance;
    }

    // ---- commit ----

    void commit(@Nullable Group group, OffsetCommit commit, Draft draft) {
        OffsetCommitRequestData request = commit.request();
        CommitCheck check = check(group, commit);
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        for (OffsetCommitRequestTopic topic : request.topics()) {
            OffsetCommitResponseTopic answers =
                    new OffsetCommitResponseTopic()
                            .setName(topic.name())
                            .setTopicId(topic.topicId());
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                Errors error = check.of(topic.topicId(), topic.name(), partition.partitionIndex());
                Errors outcome =
                        error == Errors.NONE ? commit(request, topic, partition, draft) : error;
                answers.partitions()
                        .add(
                                new OffsetCommitResponsePartition()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setErrorCode(outcome.code()));
            }
            response.topics().add(answers);
        }
        draft.reply(commit.ticket(), response);
        ClassicGroup classic = Group.classic(group);
        Member member = classic == null ? null : classic.member(request.memberId());
        if (classic != null && member != null && checkClassic(classic, commit) == Errors.NONE) {
            rebalance.heard(classic, member, draft);
        }
    }

    /** May this partition's offset be committed? */
    @FunctionalInterface
    private interface CommitCheck {
        Errors of(Uuid topicId, String topic, int partition);
    }

    private static CommitCheck check(@Nullable Group group, OffsetCommit commit) {
        OffsetCommitRequestData request = commit.request();
        if (group instanceof Group.Consumer(ConsumerGroup consumer)
                && !GroupLimits.isTooLong(request.groupId())) {
            ConsumerOffsetRules.CommitCheck rules =
                    ConsumerOffsetRules.commit(
                            consumer,
                            request.memberId(),
                            request.groupInstanceId(),
                            request.generationIdOrMemberEpoch(),
                            commit.version(),
                            false);
            return (topicId, topic, partition) -> rules.of(topicId, partition);
        }
        if (group instanceof Group.Streams(StreamsGroup application)
                && !GroupLimits.isTooLong(request.groupId())) {
            StreamsOffsetRules.CommitCheck rules =
                    StreamsOffsetRules.commit(
                            application,
                            request.memberId(),
                            request.groupInstanceId(),
                            request.generationIdOrMemberEpoch(),
                            commit.version(),
                            false);
            return (topicId, topic, partition) -> rules.of(topic, partition);
        }
        Errors error =
                group instanceof Group.Share
                        ? Errors.GROUP_ID_NOT_FOUND
                        : checkClassic(Group.classic(group), commit);
        return (topicId, topic, partition) -> error;
    }

    private static Errors checkClassic(@Nullable ClassicGroup group, OffsetCommit commit) {
        OffsetCommitRequestData request = commit.request();
        int generation = request.generationIdOrMemberEpoch();
        if (GroupLimits.isTooLong(request.groupId())) {
            return Errors.INVALID_GROUP_ID;
        }
        if (group == null) {
            if (generation < 0) {
                return Errors.NONE;
            }
            return commit.version() >= GROUP_ID_NOT_FOUND_SINCE
                    ? Errors.GROUP_ID_NOT_FOUND
                    : Errors.ILLEGAL_GENERATION;
        }
        if (generation < 0 && group.is(GroupState.EMPTY)) {
            return Errors.NONE;
        }
        if (generation < 0 && request.memberId().isEmpty() && request.groupInstanceId() == null) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        Errors error = group.check(request.memberId(), request.groupInstanceId());
        if (error != Errors.NONE) {
            return error;
        }
        if (generation != group.generation()) {
            return Errors.ILLEGAL_GENERATION;
        }
        return group.is(GroupState.COMPLETING_REBALANCE)
                ? Errors.REBALANCE_IN_PROGRESS
                : Errors.NONE;
    }

    private Errors commit(
            OffsetCommitRequestData request,
            OffsetCommitRequestTopic topic,
            OffsetCommitRequestPartition partition,
            Draft draft) {
        String metadata = partition.committedMetadata();
        if (metadata != null && metadata.length() > settings.offsetMetadataMaxSize()) {
            return Errors.OFFSET_METADATA_TOO_LARGE;
        }
        long retention = request.retentionTimeMs();
        draft.append(
                GroupRecord.encode(
                        new OffsetKey(request.groupId(), topic.name(), partition.partitionIndex()),
                        new CommittedOffset(
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                metadata == null ? "" : metadata,
                                draft.nowMillis(),
                                retention == RETENTION_OF_BROKER
                                        ? OptionalLong.empty()
                                        : OptionalLong.of(draft.nowMillis() + retention),
                                topic.topicId())));
        return Errors.NONE;
    }

    // ---- commit in a transaction ----

    void commit(@Nullable Group group, TxnOffsetCommit commit, Draft draft) {
        TxnOffsetCommitRequestData request = commit.request();
        CommitCheck check = check(group, request);
        TxnOffsetCommitResponseData response = new TxnOffsetCommitResponseData();
        for (TxnOffsetCommitRequestTopic topic : request.topics()) {
            TxnOffsetCommitResponseTopic answers =
                    new TxnOffsetCommitResponseTopic().setName(topic.name());
            for (TxnOffsetCommitRequestPartition partition : topic.partitions()) {
                Errors error = check.of(Uuid.ZERO_UUID, topic.name(), partition.partitionIndex());
                Errors outcome =
                        error == Errors.NONE
                                ? commit(request.groupId(), topic.name(), partition, draft)
                                : error;
                answers.partitions()
                        .add(
                                new TxnOffsetCommitResponsePartition()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setErrorCode(outcome.code()));
            }
            response.topics().add(answers);
        }
        draft.within(
                new Decision.Transaction(
                        request.producerId(), request.producerEpoch(), commit.verifiedAt()));
        draft.reply(commit.ticket(), response);
    }

    private static CommitCheck check(@Nullable Group group, TxnOffsetCommitRequestData request) {
        if (group instanceof Group.Consumer(ConsumerGroup consumer)
                && !GroupLimits.isTooLong(request.groupId())) {
            ConsumerOffsetRules.CommitCheck rules =
                    ConsumerOffsetRules.commit(
                            consumer,
                            request.memberId(),
                            request.groupInstanceId(),
                            request.generationId(),
                            NO_VERSION,
                            true);
            return (topicId, topic, partition) -> ofGeneration(rules.of(topicId, partition));
        }
        if (group instanceof Group.Streams(StreamsGroup application)
                && !GroupLimits.isTooLong(request.groupId())) {
            StreamsOffsetRules.CommitCheck rules =
                    StreamsOffsetRules.commit(
                            application,
                            request.memberId(),
                            request.groupInstanceId(),
                            request.generationId(),
                            NO_VERSION,
                            true);
            return (topicId, topic, partition) -> ofGeneration(rules.of(topic, partition));
        }
        Errors error =
                group instanceof Group.Share
                        ? Errors.GROUP_ID_NOT_FOUND
                        : checkClassic(Group.classic(group), request);
        return (topicId, topic, partition) -> error;
    }

    /** Producers know generations alone: a stale epoch is told them as one. */
    private static Errors ofGeneration(Errors error) {
        return error == Errors.STALE_MEMBER_EPOCH ? Errors.ILLEGAL_GENERATION : error;
    }

    /** Unlike other commits these are taken while a generation is being completed (KIP-447). */
    private static Errors checkClassic(
            @Nullable ClassicGroup group, TxnOffsetCommitRequestData request) {
        int generation = request.generationId();
        if (GroupLimits.isTooLong(request.groupId())) {
            return Errors.INVALID_GROUP_ID;
        }
        if (group == null) {
            return generation < 0 ? Errors.NONE : Errors.ILLEGAL_GENERATION;
        }
        boolean named =
                generation >= 0
                        || !request.memberId().isEmpty()
                        || request.groupInstanceId() != null;
        if (!named || (generation < 0 && group.is(GroupState.EMPTY))) {
            return Errors.NONE;
        }
        Errors error = group.check(request.memberId(), request.groupInstanceId());
        if (error != Errors.NONE) {
            return error;
        }
        return generation == group.generation() ? Errors.NONE : Errors.ILLEGAL_GENERATION;
    }

    private Errors commit(
            String groupId, String topic, TxnOffsetCommitRequestPartition partition, Draft draft) {
        String metadata = partition.committedMetadata();
        if (metadata != null && metadata.length() > settings.offsetMetadataMaxSize()) {
            return Errors.OFFSET_METADATA_TOO_LARGE;
        }
        draft.append(
                GroupRecord.encode(
                        new OffsetKey(groupId, topic, partition.partitionIndex()),
                        new CommittedOffset(
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                metadata == null ? "" : metadata,
                                draft.nowMillis(),
                                OptionalLong.empty(),
                                Uuid.ZERO_UUID)));
        return Errors.NONE;
    }

    // ---- fetch ----

    void fetch(@Nullable Group group, OffsetFetch fetch, Draft draft) {
        OffsetFetchRequestGroup asked = fetch.group();
        OffsetFetchResponseGroup answer =
                new OffsetFetchResponseGroup().setGroupId(asked.groupId());
        Errors error =
                switch (group) {
                    case null -> Errors.NONE;
                    case Group.Classic classic -> Errors.NONE;
                    case Group.Consumer(ConsumerGroup consumer) ->
                            ConsumerOffsetRules.fetch(
                                    consumer, asked.memberId(), asked.memberEpoch());
                    case Group.Share share -> Errors.NONE;
                    case Group.Streams(StreamsGroup application) ->
                            StreamsOffsetRules.fetch(
                                    application, asked.memberId(), asked.memberEpoch());
                };
        if (error != Errors.NONE) {
            answer.setErrorCode(error.code());
        } else if (asked.topics() == null) {
            fetchAll(fetch, answer);
        } else {
            for (OffsetFetchRequestTopics topic : asked.topics()) {
                answer.topics().add(fetchTopic(fetch, topic));
            }
        }
        draft.reply(fetch.ticket(), new OffsetFetchResponseData().setGroups(List.of(answer)));
    }

    private void fetchAll(OffsetFetch fetch, OffsetFetchResponseGroup answer) {
        String groupId = fetch.group().groupId();
        offsets.ofGroup(groupId)
                .forEach((topic, partitions) -> {
                    OffsetFetchResponseTopics answers =
                            new OffsetFetchResponseTopics().setName(topic);
                    partitions.forEach((partition, offset) -> {
                        boolean unstable = isUnstable(fetch, topic, partition);
                        answers.partitions().add(found(partition, offset, unstable));
                    });
                    answer.topics().add(answers);
                });
    }

    private OffsetFetchResponseTopics fetchTopic(
            OffsetFetch fetch, OffsetFetchRequestTopics topic) {
        OffsetFetchResponseTopics answers =
                new OffsetFetchResponseTopics().setName(topic.name()).setTopicId(topic.topicId());
        for (int partition : topic.partitionIndexes()) {
            CommittedOffset offset = offsets.get(fetch.group().groupId(), topic.name(), partition);
            Uuid topicId = topic.topicId();
            boolean known = offset != null && !offset.isOfAnotherTopicThan(topicId);
            boolean unstable = isUnstable(fetch, topic.name(), partition);
            answers.partitions().add(found(partition, known ? offset : null, unstable));
        }
        return answers;
    }

    private boolean isUnstable(OffsetFetch fetch, String topic, int partition) {
        return fetch.requireStable()
                && offsets.isPending(fetch.group().groupId(), topic, partition);
    }

    private static OffsetFetchResponsePartitions found(
            int partition, @Nullable CommittedOffset offset, boolean unstable) {
        OffsetFetchResponsePartitions answer =
                new OffsetFetchResponsePartitions()
                        .setPartitionIndex(partition)
                        .setCommittedOffset(NO_OFFSET)
                        .setCommittedLeaderEpoch(NO_EPOCH)
                        .setMetadata("");
        if (unstable) {
            return answer.setErrorCode(Errors.UNSTABLE_OFFSET_COMMIT.code());
        }
        return offset == null
                ? answer
                : answer.setCommittedOffset(offset.offset())
                        .setCommittedLeaderEpoch(offset.leaderEpoch())
                        .setMetadata(offset.metadata());
    }

    // ---- delete ----

    void delete(@Nullable Group group, OffsetDelete delete, Draft draft) {
        OffsetDeleteResponseData response = new OffsetDeleteResponseData();
        if (delete.request().groupId().isEmpty()) {
            response.setErrorCode(Errors.INVALID_GROUP_ID.code());
        } else if (group == null) {
            response.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code());
        } else if (!mayLoseOffsets(group)) {
            response.setErrorCode(Errors.NON_EMPTY_GROUP.code());
        } else {
            for (OffsetDeleteRequestTopic topic : delete.request().topics()) {
                response.topics().add(delete(group, topic, draft));
            }
        }
        draft.reply(delete.ticket(), response);
    }

    private static boolean mayLoseOffsets(Group group) {
        return switch (group) {
            case Group.Classic(ClassicGroup classic) ->
                    classic.is(GroupState.EMPTY) || classic.isConsumerGroup();
            case Group.Consumer consumer -> true;
            case Group.Share share -> true;
            case Group.Streams streams -> true;
        };
    }

    private static boolean isSubscribed(Group group, String topic) {
        return switch (group) {
            case Group.Classic(ClassicGroup classic) -> classic.isSubscribedTo(topic);
            case Group.Consumer(ConsumerGroup consumer) -> consumer.isSubscribedTo(topic);
            case Group.Share share -> false;
            case Group.Streams(StreamsGroup application) -> application.isSubscribedTo(topic);
        };
    }

    private OffsetDeleteResponseTopic delete(
            Group group, OffsetDeleteRequestTopic topic, Draft draft) {
        OffsetDeleteResponseTopic answers = new OffsetDeleteResponseTopic().setName(topic.name());
        boolean subscribed = isSubscribed(group, topic.name());
        Errors outcome = subscribed ? Errors.GROUP_SUBSCRIBED_TO_TOPIC : Errors.NONE;
        topic.partitions()
                .forEach(partition -> {
                    int index = partition.partitionIndex();
                    answers.partitions()
                            .add(
                                    new OffsetDeleteResponsePartition()
                                            .setPartitionIndex(index)
                                            .setErrorCode(outcome.code()));
                    if (!subscribed && offsets.get(group.id(), topic.name(), index) != null) {
                        draft.append(
                                GroupRecord.tombstone(
                                        new OffsetKey(group.id(), topic.name(), index)));
                    }
                });
        return answers;
    }
}
