package naru.coordination.share;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;

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

    /** The answers to the parts of one request, as one, with every topic once. */
    public static ApiMessage merged(ApiMessage request, List<ApiMessage> parts) {
        return switch (request) {
            case InitializeShareGroupStateRequestData asked -> initializations(parts);
            case ReadShareGroupStateRequestData asked -> reads(parts);
            case ReadShareGroupStateSummaryRequestData asked -> summaries(parts);
            case WriteShareGroupStateRequestData asked -> writes(parts);
            case DeleteShareGroupStateRequestData asked -> deletions(parts);
            default -> throw new IllegalArgumentException("not about share state: " + request);
        };
    }

    private static ApiMessage initializations(List<ApiMessage> parts) {
        return new InitializeShareGroupStateResponseData()
                .setResults(
                        byTopic(
                                parts,
                                part -> ((InitializeShareGroupStateResponseData) part).results(),
                                InitializeShareGroupStateResponseData.InitializeStateResult
                                        ::topicId,
                                (one, other) ->
                                        one.setPartitions(
                                                joined(one.partitions(), other.partitions()))));
    }

    private static ApiMessage reads(List<ApiMessage> parts) {
        return new ReadShareGroupStateResponseData()
                .setResults(
                        byTopic(
                                parts,
                                part -> ((ReadShareGroupStateResponseData) part).results(),
                                ReadShareGroupStateResponseData.ReadStateResult::topicId,
                                (one, other) ->
                                        one.setPartitions(
                                                joined(one.partitions(), other.partitions()))));
    }

    private static ApiMessage summaries(List<ApiMessage> parts) {
        return new ReadShareGroupStateSummaryResponseData()
                .setResults(
                        byTopic(
                                parts,
                                part -> ((ReadShareGroupStateSummaryResponseData) part).results(),
                                ReadShareGroupStateSummaryResponseData.ReadStateSummaryResult
                                        ::topicId,
                                (one, other) ->
                                        one.setPartitions(
                                                joined(one.partitions(), other.partitions()))));
    }

    private static ApiMessage writes(List<ApiMessage> parts) {
        return new WriteShareGroupStateResponseData()
                .setResults(
                        byTopic(
                                parts,
                                part -> ((WriteShareGroupStateResponseData) part).results(),
                                WriteShareGroupStateResponseData.WriteStateResult::topicId,
                                (one, other) ->
                                        one.setPartitions(
                                                joined(one.partitions(), other.partitions()))));
    }

    private static ApiMessage deletions(List<ApiMessage> parts) {
        return new DeleteShareGroupStateResponseData()
                .setResults(
                        byTopic(
                                parts,
                                part -> ((DeleteShareGroupStateResponseData) part).results(),
                                DeleteShareGroupStateResponseData.DeleteStateResult::topicId,
                                (one, other) ->
                                        one.setPartitions(
                                                joined(one.partitions(), other.partitions()))));
    }

    private static <T> List<T> byTopic(
            List<ApiMessage> parts,
            Function<ApiMessage, List<T>> results,
            Function<T, Uuid> topicId,
            BinaryOperator<T> join) {
        Map<Uuid, T> topics = new LinkedHashMap<>();
        for (ApiMessage part : parts) {
            for (T one : results.apply(part)) {
                topics.merge(topicId.apply(one), one, join);
            }
        }
        return List.copyOf(topics.values());
    }

    private static <T> List<T> joined(List<T> one, List<T> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }
}
