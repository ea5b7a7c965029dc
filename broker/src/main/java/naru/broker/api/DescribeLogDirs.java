package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.PartitionLog;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.Errors;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * DescribeLogDirs: what lies in each data folder, or that it is offline (KIP-113, 827). Asks the
 * disk, off the loop.
 */
public final class DescribeLogDirs implements RequestHandler {
    private final LogDirectories logs;
    private final Access access;

    public DescribeLogDirs(LogDirectories logs, Access access) {
        this.logs = logs;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!access.allowedOnCluster(request, AclOperation.DESCRIBE)) {
            request.reply(
                    new DescribeLogDirsResponseData()
                            .setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code()));
            return;
        }
        DescribeLogDirsRequestData body = (DescribeLogDirsRequestData) request.body();
        Thread.startVirtualThread(() -> {
            try {
                request.reply(describe(body));
            } catch (RuntimeException | Error e) {
                request.fail(e);
            }
        });
    }

    private DescribeLogDirsResponseData describe(DescribeLogDirsRequestData body) {
        Predicate<PartitionLog> wanted = wanted(body);
        DescribeLogDirsResponseData reply = new DescribeLogDirsResponseData();
        for (LogDirectory directory : logs.opened()) {
            reply.results()
                    .add(
                            directory.failure() == null
                                    ? online(directory, wanted)
                                    : offline(directory.path()));
        }
        logs.unopened().keySet().stream()
                .sorted()
                .forEach(folder -> reply.results().add(offline(folder)));
        return reply;
    }

    private static Predicate<PartitionLog> wanted(DescribeLogDirsRequestData body) {
        if (body.topics() == null) {
            return log -> true;
        }
        Set<TopicPartition> named = new HashSet<>();
        for (DescribableLogDirTopic topic : body.topics()) {
            for (int index : topic.partitions()) {
                named.add(new TopicPartition(topic.topic(), index));
            }
        }
        return log -> named.contains(log.topicPartition());
    }

    private static DescribeLogDirsResult offline(Path folder) {
        return new DescribeLogDirsResult()
                .setErrorCode(Errors.KAFKA_STORAGE_ERROR.code())
                .setLogDir(folder.toString());
    }

    private DescribeLogDirsResult online(LogDirectory directory, Predicate<PartitionLog> wanted) {
        Map<String, List<DescribeLogDirsPartition>> byTopic = new TreeMap<>();
        for (PartitionLog log : directory.logs()) {
            if (wanted.test(log)) {
                byTopic.computeIfAbsent(log.topicPartition().topic(), topic -> new ArrayList<>())
                        .add(partition(log));
            }
        }
        DescribeLogDirsResult result =
                new DescribeLogDirsResult()
                        .setLogDir(directory.path().toString())
                        .setTotalBytes(directory.totalBytes())
                        .setUsableBytes(directory.usableBytes())
                        .setIsCordoned(logs.isCordoned(directory));
        byTopic.forEach((topic, partitions) ->
                result.topics()
                        .add(new DescribeLogDirsTopic().setName(topic).setPartitions(partitions)));
        return result;
    }

    private DescribeLogDirsPartition partition(PartitionLog log) {
        return new DescribeLogDirsPartition()
                .setPartitionIndex(log.topicPartition().partition())
                .setPartitionSize(log.sizeBytes())
                .setOffsetLag(Math.max(0, lag(log)))
                .setIsFutureKey(log.isCopy());
    }

    /** What a copy lacks of the log, and what a log lacks of what is committed. */
    private long lag(PartitionLog log) {
        PartitionLog copied = log.isCopy() ? logs.log(log.topicPartition()) : null;
        long end = copied == null ? log.highWatermark() : copied.logEndOffset();
        return end - log.logEndOffset();
    }
}
