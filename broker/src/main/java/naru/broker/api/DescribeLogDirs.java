package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
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

/** DescribeLogDirs: what lies in the data folder (KIP-113, 827). Asks the disk, off the loop. */
public final class DescribeLogDirs implements RequestHandler {
    private final Path folder;
    private final LogDirectory logs;
    private final Access access;

    public DescribeLogDirs(Path folder, LogDirectory logs, Access access) {
        this.folder = folder.toAbsolutePath().normalize();
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
        Map<String, List<DescribeLogDirsPartition>> byTopic = new TreeMap<>();
        for (PartitionLog log : wanted(body)) {
            byTopic.computeIfAbsent(log.topicPartition().topic(), topic -> new ArrayList<>())
                    .add(partition(log));
        }
        DescribeLogDirsResult result =
                new DescribeLogDirsResult()
                        .setLogDir(folder.toString())
                        .setTotalBytes(logs.totalBytes())
                        .setUsableBytes(logs.usableBytes());
        byTopic.forEach((topic, partitions) ->
                result.topics()
                        .add(new DescribeLogDirsTopic().setName(topic).setPartitions(partitions)));
        return new DescribeLogDirsResponseData().setResults(List.of(result));
    }

    private List<PartitionLog> wanted(DescribeLogDirsRequestData body) {
        if (body.topics() == null) {
            return List.copyOf(logs.logs());
        }
        Set<TopicPartition> named = new HashSet<>();
        for (DescribableLogDirTopic topic : body.topics()) {
            for (int index : topic.partitions()) {
                named.add(new TopicPartition(topic.topic(), index));
            }
        }
        return logs.logs().stream().filter(log -> named.contains(log.topicPartition())).toList();
    }

    private static DescribeLogDirsPartition partition(PartitionLog log) {
        return new DescribeLogDirsPartition()
                .setPartitionIndex(log.topicPartition().partition())
                .setPartitionSize(log.sizeBytes())
                .setOffsetLag(Math.max(0, log.highWatermark() - log.logEndOffset()))
                .setIsFutureKey(false);
    }
}
