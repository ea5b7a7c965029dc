package naru.coordination.group;

import naru.coordination.group.modern.Caller;
import naru.coordination.group.modern.TopicPartitions;
import naru.coordination.group.share.ShareEffect;
import naru.coordination.group.streams.StreamsBeat;

import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/**
 * What a shard is asked. Requests carry the ticket that their reply will name; each is answered
 * exactly once, at once or when others have joined or synced. Events have no reply.
 */
public sealed interface GroupCommand {

    /** A client's request. */
    sealed interface Asked extends GroupCommand {
        long ticket();
    }

    /**
     * @param version of the request: from 4 a member id is required, from 9 a leader may be told to
     *     skip the assignment (KIP-394, KIP-814)
     * @param clientHost as Kafka writes it, with the leading slash
     */
    record JoinGroup(
            long ticket,
            short version,
            String clientId,
            String clientHost,
            JoinGroupRequestData request)
            implements Asked {}

    record SyncGroup(long ticket, SyncGroupRequestData request) implements Asked {}

    record Heartbeat(long ticket, HeartbeatRequestData request) implements Asked {}

    record LeaveGroup(long ticket, short version, LeaveGroupRequestData request) implements Asked {}

    /** Topic names are filled in by the caller, also when the client sent topic ids. */
    record OffsetCommit(long ticket, short version, OffsetCommitRequestData request)
            implements Asked {}

    /**
     * @param verifiedAt what the host knew of the producer's last transaction in the group's
     *     partition when the transaction's coordinator agreed
     */
    record TxnOffsetCommit(long ticket, TxnOffsetCommitRequestData request, long verifiedAt)
            implements Asked {}

    /**
     * Answered by an {@code OffsetFetchResponseData} with exactly this one group.
     *
     * @param requireStable refuse partitions with offsets of open transactions
     */
    record OffsetFetch(long ticket, boolean requireStable, OffsetFetchRequestGroup group)
            implements Asked {}

    record OffsetDelete(long ticket, OffsetDeleteRequestData request) implements Asked {}

    record DescribeGroups(long ticket, short version, DescribeGroupsRequestData request)
            implements Asked {}

    record ListGroups(long ticket, ListGroupsRequestData request) implements Asked {}

    record ConsumerGroupHeartbeat(
            long ticket, Caller caller, ConsumerGroupHeartbeatRequestData request)
            implements Asked {}

    /** Answered by a {@code ConsumerGroupDescribeResponseData} with these groups. */
    record ConsumerGroupDescribe(long ticket, List<String> groupIds) implements Asked {}

    /** About share groups alone. */
    sealed interface OfShares extends GroupCommand {}

    record ShareGroupHeartbeat(long ticket, Caller caller, ShareGroupHeartbeatRequestData request)
            implements Asked, OfShares {}

    /** Answered by a {@code ShareGroupDescribeResponseData} with these groups. */
    record ShareGroupDescribe(long ticket, List<String> groupIds) implements Asked, OfShares {}

    /**
     * Answered by a {@code DescribeShareGroupOffsetsResponseData} with exactly this one group,
     * whose offsets are still to be filled in.
     */
    record DescribeShareGroupOffsets(long ticket, DescribeShareGroupOffsetsRequestGroup group)
            implements Asked, OfShares {}

    record AlterShareGroupOffsets(long ticket, AlterShareGroupOffsetsRequestData request)
            implements Asked, OfShares {}

    record DeleteShareGroupOffsets(long ticket, DeleteShareGroupOffsetsRequestData request)
            implements Asked, OfShares {}

    /**
     * The share coordinator has begun the state of these partitions.
     *
     * @param error of those that it has not
     * @param waiting for it, if anybody is
     */
    record ShareStateInitialized(
            String groupId,
            TopicPartitions partitions,
            Errors error,
            ShareEffect.@Nullable Waiting waiting)
            implements OfShares {}

    /**
     * The share coordinator has deleted the state of these partitions.
     *
     * @param error of those that it has not
     */
    record ShareStateDeleted(
            String groupId, TopicPartitions partitions, Errors error, ShareEffect.Waiting waiting)
            implements OfShares {}

    record StreamsGroupHeartbeat(long ticket, StreamsBeat beat) implements Asked {}

    /** Answered by a {@code StreamsGroupDescribeResponseData} with these groups. */
    record StreamsGroupDescribe(long ticket, List<String> groupIds) implements Asked {}

    /** One group at a time. */
    record DeleteGroups(long ticket, DeleteGroupsRequestData request) implements Asked {}

    /** Offsets of these topics are forgotten. To be repeated until there is nothing to record. */
    record TopicsDeleted(Set<String> topics) implements GroupCommand {}

    /**
     * Offsets past their retention are forgotten, and empty groups that have none left. To be
     * repeated until there is nothing to record.
     */
    record ExpireOffsets() implements GroupCommand {}
}
