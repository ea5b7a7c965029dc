package naru.registry.store;

import naru.registry.store.StoreLog.Unavailable;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sees to it that the topic of the schemas is there, and is one that keeps them: of one partition,
 * and compacted. Threads: any; keeps nothing.
 *
 * @param name usually {@code _schemas}
 * @param clients properties by which Kafka's clients reach the cluster
 */
record SchemaTopic(String name, Map<String, Object> clients) {
    private static final Logger LOG = LoggerFactory.getLogger("naru.registry");
    private static final int REPLICAS_WANTED = 3;

    /** Makes it where it is missing, and refuses one that would not keep schemas. */
    void makeOrCheck(Admin admin, Duration most) throws Unavailable, InterruptedException {
        try {
            TopicDescription found =
                    within(most, admin.describeTopics(List.of(name)).allTopicNames()).get(name);
            if (found != null && found.partitions().size() != 1) {
                throw new Unavailable(
                        "the topic %s has %d partitions; the registry needs one that has one"
                                .formatted(name, found.partitions().size()),
                        null);
            }
            requireCompaction(admin, most);
        } catch (UnknownTopicOrPartitionException missing) {
            make(admin, most);
        }
    }

    /** Where schemas are deleted when they are old, nobody can read what was written with them. */
    private void requireCompaction(Admin admin, Duration most)
            throws Unavailable, InterruptedException {
        String policy = "";
        try {
            Config config =
                    within(most, admin.describeConfigs(List.of(resource())).all()).get(resource());
            ConfigEntry entry =
                    config == null ? null : config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
            policy = entry == null ? "" : entry.value();
        } catch (AuthorizationException unknown) {
            LOG.debug("may not see how {} is cleaned up", name, unknown);
            return;
        }
        if (!policy.isEmpty() && !policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new Unavailable(
                    "the topic %s has %s=%s, which loses schemas; set it to compact"
                            .formatted(name, TopicConfig.CLEANUP_POLICY_CONFIG, policy),
                    null);
        }
    }

    private void make(Admin admin, Duration most) throws Unavailable, InterruptedException {
        int nodes = within(most, admin.describeCluster().nodes()).size();
        NewTopic wanted =
                new NewTopic(name, 1, (short) Math.min(REPLICAS_WANTED, Math.max(1, nodes)))
                        .configs(
                                Map.of(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_COMPACT));
        try {
            within(most, admin.createTopics(List.of(wanted)).all());
            LOG.info("made the topic {} for the schemas", name);
        } catch (TopicExistsException byAnotherNode) {
            LOG.debug("another node made the topic {}", name);
        }
    }

    /**
     * Why it cannot be read just now, in a sentence.
     *
     * @throws UnknownTopicOrPartitionException when it is not there
     */
    String silence(Duration most) throws InterruptedException {
        try (Admin admin = Admin.create(clients)) {
            within(most, admin.describeTopics(List.of(name)).allTopicNames());
            return "the topic %s does not answer, or has no leader now".formatted(name);
        } catch (UnknownTopicOrPartitionException missing) {
            throw missing;
        } catch (KafkaException | Unavailable fault) {
            return "the cluster does not answer: " + fault.getMessage();
        }
    }

    String goneSentence() {
        return "the topic %s was deleted. What was read of it is still served, and nothing can be registered. Make it again from a backup (one partition, cleanup.policy=compact), or restart the registry to begin with an empty one"
                .formatted(name);
    }

    /** Whatever was deleted under a producer may have been made again by it, as any other topic. */
    void keepWhatIsWritten(Duration most) {
        try (Admin admin = Admin.create(clients)) {
            try {
                requireCompaction(admin, most);
            } catch (Unavailable lossy) {
                AlterConfigOp compact =
                        new AlterConfigOp(
                                new ConfigEntry(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_COMPACT),
                                AlterConfigOp.OpType.SET);
                within(
                        most,
                        admin.incrementalAlterConfigs(Map.of(resource(), List.of(compact))).all());
                LOG.warn("{}; done", lossy.getMessage());
            }
        } catch (KafkaException | Unavailable fault) {
            LOG.error(
                    "cannot see to it that {} is compacted; without, schemas are lost",
                    name,
                    fault);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private ConfigResource resource() {
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }

    static Unavailable unavailable(Exception fault) {
        Throwable cause = fault.getCause() == null ? fault : fault.getCause();
        return new Unavailable(reason(fault), String.valueOf(cause.getMessage()), fault);
    }

    private static Unavailable.Reason reason(Throwable fault) {
        for (Throwable at = fault; at != null; at = at.getCause()) {
            if (at instanceof RecordTooLargeException) {
                return Unavailable.Reason.TOO_LARGE;
            }
            if (at instanceof org.apache.kafka.common.errors.TimeoutException) {
                return Unavailable.Reason.TIMEOUT;
            }
        }
        return Unavailable.Reason.FAULT;
    }

    static <T> T within(Duration most, KafkaFuture<T> future)
            throws Unavailable, InterruptedException {
        try {
            return future.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof KafkaException known) {
                throw known;
            }
            throw unavailable(failed);
        } catch (TimeoutException slow) {
            throw new Unavailable(
                    Unavailable.Reason.TIMEOUT, "the cluster did not answer within " + most, slow);
        }
    }
}
