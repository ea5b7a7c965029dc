package naru.coordination.share;

import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** Writes the response to a request that names one share partition. */
public final class ShareAnswers {
    private ShareAnswers() {}

    /** An answer without content: done, or refused. */
    public static ApiMessage of(ShareCommand.Asked asked, Errors error, @Nullable String message) {
        ShareKey key = asked.key();
        return switch (asked) {
            case ShareCommand.Initialize initialize ->
                    new InitializeShareGroupStateResponseData()
                            .setResults(
                                    List.of(
                                            new InitializeShareGroupStateResponseData
                                                            .InitializeStateResult()
                                                    .setTopicId(key.topicId())
                                                    .setPartitions(
                                                            List.of(
                                                                    initialized(
                                                                            key, error,
                                                                            message)))));
            case ShareCommand.Read read ->
                    read(
                            key,
                            new ReadShareGroupStateResponseData.PartitionResult()
                                    .setPartition(key.partition())
                                    .setErrorCode(error.code())
                                    .setErrorMessage(message));
            case ShareCommand.ReadSummary summary ->
                    summary(
                            key,
                            new ReadShareGroupStateSummaryResponseData.PartitionResult()
                                    .setPartition(key.partition())
                                    .setErrorCode(error.code())
                                    .setErrorMessage(message));
            case ShareCommand.Write write ->
                    new WriteShareGroupStateResponseData()
                            .setResults(
                                    List.of(
                                            new WriteShareGroupStateResponseData.WriteStateResult()
                                                    .setTopicId(key.topicId())
                                                    .setPartitions(
                                                            List.of(
                                                                    written(
                                                                            key, error,
                                                                            message)))));
            case ShareCommand.Delete delete ->
                    new DeleteShareGroupStateResponseData()
                            .setResults(
                                    List.of(
                                            new DeleteShareGroupStateResponseData
                                                            .DeleteStateResult()
                                                    .setTopicId(key.topicId())
                                                    .setPartitions(
                                                            List.of(
                                                                    deleted(
                                                                            key, error,
                                                                            message)))));
        };
    }

    private static InitializeShareGroupStateResponseData.PartitionResult initialized(
            ShareKey key, Errors error, @Nullable String message) {
        return new InitializeShareGroupStateResponseData.PartitionResult()
                .setPartition(key.partition())
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    private static WriteShareGroupStateResponseData.PartitionResult written(
            ShareKey key, Errors error, @Nullable String message) {
        return new WriteShareGroupStateResponseData.PartitionResult()
                .setPartition(key.partition())
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    private static DeleteShareGroupStateResponseData.PartitionResult deleted(
            ShareKey key, Errors error, @Nullable String message) {
        return new DeleteShareGroupStateResponseData.PartitionResult()
                .setPartition(key.partition())
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    static ApiMessage read(ShareKey key, ReadShareGroupStateResponseData.PartitionResult result) {
        return new ReadShareGroupStateResponseData()
                .setResults(
                        List.of(
                                new ReadShareGroupStateResponseData.ReadStateResult()
                                        .setTopicId(key.topicId())
                                        .setPartitions(List.of(result))));
    }

    static ApiMessage state(ShareKey key, ShareState state) {
        return read(
                key,
                new ReadShareGroupStateResponseData.PartitionResult()
                        .setPartition(key.partition())
                        .setStateEpoch(state.stateEpoch())
                        .setStartOffset(state.startOffset())
                        .setStateBatches(
                                state.batches().stream()
                                        .map(batch ->
                                                new ReadShareGroupStateResponseData.StateBatch()
                                                        .setFirstOffset(batch.first())
                                                        .setLastOffset(batch.last())
                                                        .setDeliveryState(batch.state().id())
                                                        .setDeliveryCount(batch.deliveryCount()))
                                        .toList()));
    }

    static ApiMessage summary(
            ShareKey key, ReadShareGroupStateSummaryResponseData.PartitionResult result) {
        return new ReadShareGroupStateSummaryResponseData()
                .setResults(
                        List.of(
                                new ReadShareGroupStateSummaryResponseData.ReadStateSummaryResult()
                                        .setTopicId(key.topicId())
                                        .setPartitions(List.of(result))));
    }
}
