package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.partition.CommitListener;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.broker.transport.Timeout;
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
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * DeleteRecords: raises the log start offset (KIP-107), and waits until live followers have done
 * so. Segments are renamed, so it leaves the loop.
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
                Deletion deletion = new Deletion(request);
                DeleteRecordsResponseData response = answer(request, body, deletion);
                request.onLoop(() -> deletion.begin(response, body.timeoutMs()));
            } catch (RuntimeException | Error e) {
                request.fail(e);
            }
        });
    }

    /** Waits until the followers have deleted too. Owned by the request's loop. */
    private static final class Deletion {
        private final Request request;
        private final List<Waiting> waiting = new ArrayList<>(0);
        private @Nullable Timeout timeout;
        private int open;
        private boolean replied;

        private record Waiting(
                Partition partition, long offset, DeleteRecordsPartitionResult result) {}

        Deletion(Request request) {
            this.request = request;
        }

        void add(Partition partition, long offset, DeleteRecordsPartitionResult result) {
            waiting.add(new Waiting(partition, offset, result));
        }

        void begin(DeleteRecordsResponseData response, int timeoutMillis) {
            open = waiting.size();
            if (open == 0) {
                request.reply(response);
                return;
            }
            timeout = request.after(Math.max(0, timeoutMillis), () -> reply(response));
            for (Waiting one : waiting) {
                one.result.setErrorCode(Errors.REQUEST_TIMED_OUT.code());
                one.partition.awaitDeletion(
                        one.offset,
                        new CommitListener() {
                            @Override
                            public void onCommitted() {
                                request.onLoop(() -> settle(one, Errors.NONE, response));
                            }

                            @Override
                            public void onLost(Errors error, String message) {
                                request.onLoop(() -> settle(one, error, response));
                            }
                        });
            }
        }

        private void settle(Waiting one, Errors error, DeleteRecordsResponseData response) {
            if (!replied) {
                one.result.setErrorCode(error.code());
                if (error == Errors.NONE) {
                    one.result.setLowWatermark(one.partition.lowWatermark());
                }
                if (--open == 0) {
                    reply(response);
                }
            }
        }

        private void reply(DeleteRecordsResponseData response) {
            if (!replied) {
                replied = true;
                if (timeout != null) {
                    timeout.cancel();
                }
                request.reply(response);
            }
        }
    }

    private DeleteRecordsResponseData answer(
            Request request, DeleteRecordsRequestData body, Deletion deletion) {
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        for (DeleteRecordsTopic topic : body.topics()) {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
            for (DeleteRecordsPartition partition : topic.partitions()) {
                result.partitions().add(partition(request, topic.name(), partition, deletion));
            }
            response.topics().add(result);
        }
        return response;
    }

    private DeleteRecordsPartitionResult partition(
            Request request, String topic, DeleteRecordsPartition asked, Deletion deletion) {
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
            case PartitionLookup.Found.Led led -> delete(led, asked, result, deletion);
        };
    }

    private static DeleteRecordsPartitionResult delete(
            PartitionLookup.Found.Led led,
            DeleteRecordsPartition asked,
            DeleteRecordsPartitionResult result,
            Deletion deletion) {
        PartitionLog log = led.standing().log();
        if (!log.config().deleteEnabled()) {
            return result.setErrorCode(Errors.POLICY_VIOLATION.code());
        }
        long wanted = asked.offset() == TO_HIGH_WATERMARK ? log.highWatermark() : asked.offset();
        if (wanted < 0 || wanted > log.highWatermark()) {
            return result.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
        }
        try {
            log.advanceLogStartOffset(wanted);
            if (led.partition().lowWatermark() < wanted) {
                deletion.add(led.partition(), wanted, result);
            }
            return result.setLowWatermark(log.logStartOffset());
        } catch (LogStorageException e) {
            return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
    }
}
