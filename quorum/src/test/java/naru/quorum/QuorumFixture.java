package naru.quorum;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Opens quorums the way a node does. */
final class QuorumFixture {
    static final int NODE_ID = 1;
    static final long BOUND_SECONDS = 30;
    static final ClusterImage.BrokerEndpoint CONTROLLER =
            new ClusterImage.BrokerEndpoint("CONTROLLER", "127.0.0.1", 19093, "PLAINTEXT");
    static final ClusterImage.BrokerEndpoint BROKER =
            new ClusterImage.BrokerEndpoint("PLAINTEXT", "127.0.0.1", 19092, "PLAINTEXT");

    private QuorumFixture() {}

    static QuorumOptions options(Path folder) {
        return options(folder, null, Map.of());
    }

    static QuorumOptions options(
            Path folder, @Nullable String clusterId, Map<String, String> properties) {
        return options(folder, clusterId, properties, (resource, proposed, existing) -> {});
    }

    static QuorumOptions options(
            Path folder,
            @Nullable String clusterId,
            Map<String, String> properties,
            ConfigRules.Check check) {
        ConfigDef topics = LogConfig.configDefCopy();
        ConfigDef brokers = new ConfigDef(LogConfig.SERVER_CONFIG_DEF);
        return new QuorumOptions(
                NODE_ID,
                clusterId,
                ControllerListeners.of(CONTROLLER),
                List.of(folder),
                new HashMap<>(properties),
                new ConfigRules(
                        Map.of(
                                ConfigResource.Type.TOPIC,
                                topics,
                                ConfigResource.Type.BROKER,
                                brokers),
                        check),
                (message, cause) -> {});
    }

    static KraftQuorum openAndRegister(QuorumOptions options) {
        KraftQuorum quorum = KraftQuorum.open(options);
        await(quorum.register(List.of(BROKER), List.copyOf(quorum.directoryIds().values())));
        return quorum;
    }

    static ClusterController.Caller caller(int apiVersion) {
        return new ClusterController.Caller(
                KafkaPrincipal.ANONYMOUS, "test", (short) apiVersion, 30_000);
    }

    static CreateTopicsResponseData createTopic(Quorum quorum, String name, int partitions) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(30_000);
        request.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName(name)
                                .setNumPartitions(partitions)
                                .setReplicationFactor((short) 1));
        return await(quorum.controller().createTopics(caller(7), request));
    }

    static ClusterImage.PartitionState partition(Quorum quorum, String topic, int index) {
        return Objects.requireNonNull(
                Objects.requireNonNull(quorum.image().topic(topic)).partition(index));
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(failed);
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("not within " + BOUND_SECONDS + " s", late);
        }
    }

    static void awaitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + BOUND_SECONDS + " s");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
