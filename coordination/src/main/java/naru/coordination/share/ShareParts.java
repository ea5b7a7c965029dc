package naru.coordination.share;

import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.stream.Stream;

/** Reads what a response says of one share partition. */
public final class ShareParts {
    private ShareParts() {}

    /**
     * What a response says of one share partition.
     *
     * @param response that part alone, as the shard that was asked gives it
     */
    public record Part(Errors error, @Nullable String message, ApiMessage response) {}

    /** The part of the share partition that was asked about, or null when it is not there. */
    public static @Nullable Part of(ShareCommand.Asked asked, ApiMessage response) {
        return switch (asked) {
            case ShareCommand.Initialize initialize ->
                    initialized(initialize, (InitializeShareGroupStateResponseData) response);
            case ShareCommand.Read read -> read(read, (ReadShareGroupStateResponseData) response);
            case ShareCommand.ReadSummary summary ->
                    summary(summary, (ReadShareGroupStateSummaryResponseData) response);
            case ShareCommand.Write write ->
                    written(write, (WriteShareGroupStateResponseData) response);
            case ShareCommand.Delete delete ->
                    deleted(delete, (DeleteShareGroupStateResponseData) response);
        };
    }

    private static <T> @Nullable T first(Stream<T> found) {
        return found.findFirst().orElse(null);
    }

    private static Part part(ShareCommand.Asked asked, short code, @Nullable String message) {
        Errors error = Errors.forCode(code);
        return new Part(error, message, ShareAnswers.of(asked, error, message));
    }

    private static @Nullable Part initialized(
            ShareCommand.Initialize asked, InitializeShareGroupStateResponseData all) {
        var found =
                first(
                        all.results().stream()
                                .filter(topic -> topic.topicId().equals(asked.key().topicId()))
                                .flatMap(topic -> topic.partitions().stream())
                                .filter(one -> one.partition() == asked.key().partition()));
        return found == null ? null : part(asked, found.errorCode(), found.errorMessage());
    }

    private static @Nullable Part written(
            ShareCommand.Write asked, WriteShareGroupStateResponseData all) {
        var found =
                first(
                        all.results().stream()
                                .filter(topic -> topic.topicId().equals(asked.key().topicId()))
                                .flatMap(topic -> topic.partitions().stream())
                                .filter(one -> one.partition() == asked.key().partition()));
        return found == null ? null : part(asked, found.errorCode(), found.errorMessage());
    }

    private static @Nullable Part deleted(
            ShareCommand.Delete asked, DeleteShareGroupStateResponseData all) {
        var found =
                first(
                        all.results().stream()
                                .filter(topic -> topic.topicId().equals(asked.key().topicId()))
                                .flatMap(topic -> topic.partitions().stream())
                                .filter(one -> one.partition() == asked.key().partition()));
        return found == null ? null : part(asked, found.errorCode(), found.errorMessage());
    }

    private static @Nullable Part read(
            ShareCommand.Read asked, ReadShareGroupStateResponseData all) {
        var found =
                first(
                        all.results().stream()
                                .filter(topic -> topic.topicId().equals(asked.key().topicId()))
                                .flatMap(topic -> topic.partitions().stream())
                                .filter(one -> one.partition() == asked.key().partition()));
        return found == null
                ? null
                : new Part(
                        Errors.forCode(found.errorCode()),
                        found.errorMessage(),
                        ShareAnswers.read(asked.key(), found.duplicate()));
    }

    private static @Nullable Part summary(
            ShareCommand.ReadSummary asked, ReadShareGroupStateSummaryResponseData all) {
        var found =
                first(
                        all.results().stream()
                                .filter(topic -> topic.topicId().equals(asked.key().topicId()))
                                .flatMap(topic -> topic.partitions().stream())
                                .filter(one -> one.partition() == asked.key().partition()));
        return found == null
                ? null
                : new Part(
                        Errors.forCode(found.errorCode()),
                        found.errorMessage(),
                        ShareAnswers.summary(asked.key(), found.duplicate()));
    }
}
