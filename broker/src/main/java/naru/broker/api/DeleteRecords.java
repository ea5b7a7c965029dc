package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.partition.PartitionLookup;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.log.LogStorageException;
import naru.log.PartitionLog;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteRecords: raises the log start offset (KIP-107). Segments are renamed, so it leaves the
 * loop.
 */
public final class DeleteRecords implements RequestHandler {
    private static final long TO_HIGH_WATERMARK = -1;
    private static final long UNKNOWN_LOW_WATERMARK = -1;

    private final PartitionLookup lookup;
    private final Access access;

    public DeleteRecords(PartitionLookup lookup, Access access) {
        this.lookup = lookup;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        DeleteRecordsRequestData body = (DeleteRecordsRequestData) request.body();
        Thread.startVirtualThread(() -> {
            try {
                request.reply(answer(request, body));
            } catch (RuntimeException | Error e) {
                request.fail(e);
            }
        });
    }

    private DeleteRecordsResponseData answer(Request request, DeleteRecordsRequestData body) {
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        for (DeleteRecordsTopic topic : body.topics()) {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
            for (DeleteRecordsPartition partition : topic.partitions()) {
                result.partitions().add(partition(request, topic.name(), partition));
            }
            response.topics().add(result);
        }
        return response;
    }

    private DeleteRecordsPartitionResult partition(
            Request request, String topic, DeleteRecordsPartition asked) {
        DeleteRecordsPartitionResult result =
                new DeleteRecordsPartitionResult()
                        .setPartitionIndex(asked.partitionIndex())
                        .setLowWatermark(UNKNOWN_LOW_WATERMARK);
        if (!access.allowedOnTopic(request, AclOperation.DELETE, topic)) {
            return result.setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code());
        }
        if (Topic.isInternal(topic)) {
            return result.setErrorCode(Errors.INVALID_TOPIC_EXCEPTION.code());
        }
        return switch (lookup.led(topic, asked.partitionIndex(), PartitionLookup.NO_EPOCH)) {
            case PartitionLookup.Found.Not not -> result.setErrorCode(not.error().code());
            case PartitionLookup.Found.Led led -> delete(led.standing().log(), asked, result);
        };
    }

    private static DeleteRecordsPartitionResult delete(
            PartitionLog log, DeleteRecordsPartition asked, DeleteRecordsPartitionResult result) {
        if (!log.config().deleteEnabled()) {
            return result.setErrorCode(Errors.POLICY_VIOLATION.code());
        }
        long wanted = asked.offset() == TO_HIGH_WATERMARK ? log.highWatermark() : asked.offset();
        if (wanted < 0 || wanted > log.highWatermark()) {
            return result.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
        }
        try {
            log.advanceLogStartOffset(wanted);
            return result.setLowWatermark(log.logStartOffset());
        } catch (LogStorageException e) {
            return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
    }
}
