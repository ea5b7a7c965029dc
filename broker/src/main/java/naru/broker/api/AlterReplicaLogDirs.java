package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.partition.Moves;
import naru.broker.partition.Partition;
import naru.broker.partition.Partitions;
import naru.broker.partition.Standing;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogStorageException;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * AlterReplicaLogDirs: has replicas moved to other data folders of this node (KIP-113). Answers
 * when the copies are made, not when they are done. Asks the disk, off the loop.
 */
public final class AlterReplicaLogDirs implements RequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(AlterReplicaLogDirs.class);

    private final Partitions partitions;
    private final LogDirectories logs;
    private final Moves moves;
    private final Access access;

    private record Asked(String topic, int partition) {}

    public AlterReplicaLogDirs(Partitions partitions, Moves moves, Access access) {
        this.partitions = partitions;
        this.logs = partitions.logs();
        this.moves = moves;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        AlterReplicaLogDirsRequestData body = (AlterReplicaLogDirsRequestData) request.body();
        Map<Asked, String> wanted = wanted(body);
        if (!access.allowedOnCluster(request, AclOperation.ALTER)) {
            request.reply(answer(wanted, asked -> Errors.CLUSTER_AUTHORIZATION_FAILED));
            return;
        }
        Thread.startVirtualThread(() -> {
            try {
                request.reply(answer(wanted, asked -> move(asked, wanted.getOrDefault(asked, ""))));
            } catch (RuntimeException | Error e) {
                request.fail(e);
            }
        });
    }

    /** When a replica is named twice, the later folder counts. */
    private static Map<Asked, String> wanted(AlterReplicaLogDirsRequestData body) {
        Map<Asked, String> wanted = new LinkedHashMap<>();
        for (AlterReplicaLogDir folder : body.dirs()) {
            for (AlterReplicaLogDirTopic topic : folder.topics()) {
                for (int partition : topic.partitions()) {
                    wanted.put(new Asked(topic.name(), partition), folder.path());
                }
            }
        }
        return wanted;
    }

    private static AlterReplicaLogDirsResponseData answer(
            Map<Asked, String> wanted, Function<Asked, Errors> outcome) {
        Map<String, AlterReplicaLogDirTopicResult> topics = new LinkedHashMap<>();
        for (Asked asked : wanted.keySet()) {
            topics.computeIfAbsent(
                            asked.topic,
                            name -> new AlterReplicaLogDirTopicResult().setTopicName(name))
                    .partitions()
                    .add(
                            new AlterReplicaLogDirPartitionResult()
                                    .setPartitionIndex(asked.partition)
                                    .setErrorCode(outcome.apply(asked).code()));
        }
        AlterReplicaLogDirsResponseData reply = new AlterReplicaLogDirsResponseData();
        reply.results().addAll(topics.values());
        return reply;
    }

    private Errors move(Asked asked, String folder) {
        LogDirectory target = opened(folder);
        if (target == null) {
            return isUnopened(folder) ? Errors.KAFKA_STORAGE_ERROR : Errors.LOG_DIR_NOT_FOUND;
        }
        Partition partition = partitions.get(asked.topic, asked.partition);
        if (partition == null) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        return switch (partition.standing()) {
            case Standing.Leading leading -> move(partition, target);
            case Standing.Following following -> move(partition, target);
            case Standing.Offline offline -> Errors.KAFKA_STORAGE_ERROR;
            case Standing.Gone gone -> Errors.NOT_LEADER_OR_FOLLOWER;
        };
    }

    private Errors move(Partition partition, LogDirectory target) {
        if (target.failure() != null) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        if (!LogDirectories.mayBeCopied(partition.topicPartition())) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        try {
            moves.move(partition, target);
            return Errors.NONE;
        } catch (LogStorageException refusal) {
            LOG.warn("{}: {}", partition.topicPartition(), refusal.getMessage());
            return Errors.KAFKA_STORAGE_ERROR;
        }
    }

    private @Nullable LogDirectory opened(String folder) {
        return logs.opened().stream()
                .filter(directory -> isNamed(directory.path(), folder))
                .findFirst()
                .orElse(null);
    }

    private boolean isUnopened(String folder) {
        return logs.unopened().keySet().stream().anyMatch(path -> isNamed(path, folder));
    }

    private static boolean isNamed(Path path, String folder) {
        return path.toString().equals(folder);
    }
}
