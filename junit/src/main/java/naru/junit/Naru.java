package naru.junit;

import naru.broker.Node;
import naru.broker.StartException;
import naru.broker.config.BadConfiguration;
import naru.broker.config.NodeConfig;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * A node in this JVM: one broker and controller on a free port of the loopback interface. Several
 * run side by side and know nothing of each other.
 *
 * <p>Close it: then its threads, files and connections are gone, and its folder if that was a
 * temporary one. A node that is still open when the JVM ends is closed then.
 *
 * <p>Threads: any.
 */
public final class Naru implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Naru.class);

    private final Node node;
    private final DataFolder folder;
    private final Thread atExit;
    private boolean closed;

    private Naru(Node node, DataFolder folder) {
        this.node = node;
        this.folder = folder;
        this.atExit = new Thread(this::release, "naru-close");
    }

    /** Starts a node on a temporary folder, and returns when it serves. */
    public static Naru start() {
        return builder().start();
    }

    /** For a node with settings or a folder of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a client is given as {@code bootstrap.servers}: {@code 127.0.0.1:PORT}. */
    public String bootstrapServers() {
        return String.join(",", node.bootstrap());
    }

    /**
     * Creates a topic and returns when it can be used. Topics that are not created are made when
     * first written to, with {@code num.partitions} partitions.
     *
     * @throws KafkaException when the node refuses, for example because the topic exists
     */
    public void createTopic(String name, int partitions) {
        NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty());
        try (Admin admin =
                Admin.create(
                        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()))) {
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException refusal) {
            throw refusal.getCause() instanceof KafkaException kafka
                    ? kafka
                    : new KafkaException("topic " + name + " was not created", refusal.getCause());
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(interruption);
        }
    }

    /** Stops the node, ends its connections and deletes a temporary folder. Once is enough. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            LOG.debug("closed while the JVM ends");
        }
        release();
    }

    private synchronized void release() {
        if (!closed) {
            closed = true;
            node.close();
            folder.release();
        }
    }

    /** How a node is to be. */
    public static final class Builder {
        /** Chosen for tests, where nobody waits for members and internal topics are small. */
        private static final Map<String, String> DEFAULTS =
                Map.of(
                        "listeners", "PLAINTEXT://127.0.0.1:0",
                        "naru.loops", "1",
                        "group.initial.rebalance.delay.ms", "0",
                        "offsets.topic.num.partitions", "1",
                        "transaction.state.log.num.partitions", "1",
                        "share.coordinator.state.topic.num.partitions", "1");

        private static final List<String> FOLDER_KEYS = List.of("log.dirs", "log.dir");

        private final Map<String, String> settings = new HashMap<>(DEFAULTS);
        private @Nullable Path folder;

        private Builder() {}

        /** A setting of the node, by the name that Kafka's brokers have for it. */
        public Builder set(String key, String value) {
            if (FOLDER_KEYS.contains(key)) {
                throw new IllegalArgumentException(
                        key + "=" + value + ": say folder(Path.of(\"" + value + "\")) instead");
            }
            settings.put(key, value);
            return this;
        }

        /** Where the node keeps its data, now and after it was closed. */
        public Builder folder(Path path) {
            folder = path;
            return this;
        }

        /**
         * Starts the node and returns when it serves.
         *
         * @throws IllegalArgumentException when settings are wrong: which, and what would be right
         * @throws IllegalStateException when it cannot start, for example on a taken port
         */
        public Naru start() {
            DataFolder data = folder == null ? DataFolder.made() : DataFolder.given(folder);
            Naru started = null;
            try {
                started = new Naru(startNode(data.path()), data);
                Runtime.getRuntime().addShutdownHook(started.atExit);
                return started;
            } finally {
                if (started == null) {
                    data.release();
                }
            }
        }

        private Node startNode(Path path) {
            Map<String, String> all = new HashMap<>(settings);
            all.put("log.dirs", path.toString());
            try {
                return Node.start(
                        NodeConfig.parse(all),
                        (message, cause) -> LOG.error("the node cannot go on: {}", message, cause));
            } catch (BadConfiguration wrong) {
                throw new IllegalArgumentException(wrong.getMessage(), wrong);
            } catch (StartException refused) {
                throw new IllegalStateException(refused.getMessage(), refused);
            }
        }
    }
}
