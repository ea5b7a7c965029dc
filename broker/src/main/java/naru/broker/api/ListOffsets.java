package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.View;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.log.TimestampedOffset;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ListOffsets: the offsets at the ends of a log, or at a time. There is no tier: the whole log is
 * local and nothing is tiered (KIP-405, 1005). Look-ups by time read the disk, so they leave the
 * loop.
 */
public final class ListOffsets implements RequestHandler {
    private static final byte READ_COMMITTED = 1;
    private static final long UNKNOWN = -1;
    private static final short LEADER_EPOCH_SINCE = 4;
    private static final short OFFSET_NOT_AVAILABLE_SINCE = 5;

    private final PartitionLookup lookup;
    private final Access access;

    public ListOffsets(PartitionLookup lookup, Access access) {
        this.lookup = lookup;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        ListOffsetsRequestData body = (ListOffsetsRequestData) request.body();
        boolean readsDisk =
                body.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .anyMatch(ListOffsets::readsDisk);
        if (!readsDisk) {
            request.reply(answer(request, body));
            return;
        }
        Thread.startVirtualThread(() -> {
            try {
                request.reply(answer(request, body));
            } catch (RuntimeException | Error e) {
                request.fail(e);
            }
        });
    }

    private static boolean readsDisk(ListOffsetsPartition partition) {
        return partition.timestamp() >= 0
                || partition.timestamp() == ListOffsetsRequest.MAX_TIMESTAMP;
    }

    private ListOffsetsResponseData answer(Request request, ListOffsetsRequestData body) {
        boolean replica =
                body.replicaId() >= 0
                        && access.permittedOnCluster(request, AclOperation.CLUSTER_ACTION);
        View view =
                replica
                        ? View.LOG_END
                        : body.isolationLevel() == READ_COMMITTED
                                ? View.COMMITTED
                                : View.REPLICATED;
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        for (ListOffsetsTopic topic : body.topics()) {
            boolean allowed =
                    replica || access.allowedOnTopic(request, AclOperation.DESCRIBE, topic.name());
            List<ListOffsetsPartitionResponse> partitions = new ArrayList<>();
            for (ListOffsetsPartition partition : topic.partitions()) {
                ListOffsetsPartitionResponse found =
                        allowed
                                ? partition(topic.name(), partition, view)
                                : refused(partition, Errors.TOPIC_AUTHORIZATION_FAILED);
                partitions.add(inVersion(request.version(), found));
            }
            response.topics()
                    .add(
                            new ListOffsetsTopicResponse()
                                    .setName(topic.name())
                                    .setPartitions(partitions));
        }
        return response;
    }

    private static ListOffsetsPartitionResponse inVersion(
            short version, ListOffsetsPartitionResponse found) {
        if (version < OFFSET_NOT_AVAILABLE_SINCE
                && found.errorCode() == Errors.OFFSET_NOT_AVAILABLE.code()) {
            found.setErrorCode(Errors.LEADER_NOT_AVAILABLE.code());
        }
        return version < LEADER_EPOCH_SINCE ? found.setLeaderEpoch((int) UNKNOWN) : found;
    }

    private ListOffsetsPartitionResponse partition(
            String topic, ListOffsetsPartition asked, View view) {
        return switch (lookup.led(topic, asked.partitionIndex(), asked.currentLeaderEpoch())) {
            case PartitionLookup.Found.Not not -> refused(asked, not.error());
            case PartitionLookup.Found.Led led -> {
                try {
                    yield at(led.standing().log(), led.standing().leaderEpoch(), asked, view);
                } catch (LogStorageException e) {
                    yield refused(asked, Errors.KAFKA_STORAGE_ERROR);
                }
            }
        };
    }

    private static ListOffsetsPartitionResponse at(
            PartitionLog log, int leaderEpoch, ListOffsetsPartition asked, View view) {
        long end = Partition.visibleEnd(log, view);
        long timestamp = asked.timestamp();
        if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
            // A new leader does not know yet what its predecessor had committed (KIP-207).
            if (view != View.LOG_END
                    && log.highWatermark() < log.endOffsetFor(leaderEpoch - 1).endOffset()) {
                return refused(asked, Errors.OFFSET_NOT_AVAILABLE);
            }
            return found(asked, UNKNOWN, end, log.latestEpoch().orElse(leaderEpoch));
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            long start = log.logStartOffset();
            return found(asked, UNKNOWN, start, log.epochFor(start).orElse(-1));
        }
        if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
            return found(asked, UNKNOWN, UNKNOWN, -1);
        }
        if (timestamp < 0 && timestamp != ListOffsetsRequest.MAX_TIMESTAMP) {
            return refused(asked, Errors.UNSUPPORTED_VERSION);
        }
        Optional<TimestampedOffset> record =
                timestamp == ListOffsetsRequest.MAX_TIMESTAMP
                        ? log.maxTimestampOffset(end)
                        : log.offsetForTimestamp(timestamp, end);
        return record.map(at -> found(asked, at.timestampMillis(), at.offset(), at.leaderEpoch()))
                .orElseGet(() -> found(asked, UNKNOWN, UNKNOWN, -1));
    }

    private static ListOffsetsPartitionResponse found(
            ListOffsetsPartition asked, long timestamp, long offset, int leaderEpoch) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(asked.partitionIndex())
                .setTimestamp(timestamp)
                .setOffset(offset)
                .setLeaderEpoch(leaderEpoch);
    }

    private static ListOffsetsPartitionResponse refused(ListOffsetsPartition asked, Errors error) {
        return found(asked, UNKNOWN, UNKNOWN, -1).setErrorCode(error.code());
    }
}
