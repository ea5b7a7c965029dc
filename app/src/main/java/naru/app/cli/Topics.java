package naru.app.cli;

import naru.app.terminal.Amounts;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code naru topics}: what topics there are, and changes to them. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "List, describe, create, alter and delete topics.",
        footer = {
            "",
            "Examples:",
            "  naru topics list 'orders*'",
            "  naru topics create orders -p 6 -c retention.ms=86400000",
            "  naru topics describe orders",
            "  naru topics alter orders -p 12",
            "  naru topics delete orders --yes",
            "  naru topics list -o json | jq -r '.[].name'"
        })
public final class Topics extends ClusterCommand {
    public Topics(Terminal terminal) {
        super(terminal);
    }

    /** A topic in a list; the JSON of {@code topics list}. */
    record Row(
            String name,
            String id,
            int partitions,
            int replicationFactor,
            int underReplicatedPartitions,
            int offlinePartitions,
            boolean internal) {
        static Row of(TopicDescription topic) {
            int underReplicated = 0;
            int offline = 0;
            int replicationFactor = 0;
            for (var partition : topic.partitions()) {
                replicationFactor = Math.max(replicationFactor, partition.replicas().size());
                underReplicated += partition.isr().size() < partition.replicas().size() ? 1 : 0;
                offline += partition.leader() == null ? 1 : 0;
            }
            return new Row(
                    topic.name(),
                    topic.topicId().toString(),
                    topic.partitions().size(),
                    replicationFactor,
                    underReplicated,
                    offline,
                    topic.isInternal());
        }

        private String health() {
            if (offlinePartitions > 0) {
                return offlinePartitions + " offline";
            }
            return underReplicatedPartitions > 0
                    ? underReplicatedPartitions + " under-replicated"
                    : "ok";
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "Lists topics, or those whose names match PATTERN (* and ? as in a shell).")
    int list(
            @Parameters(arity = "0..1", paramLabel = "PATTERN") @Nullable String pattern,
            @Option(names = "--internal", description = "Also the cluster's own topics.")
                    boolean internal) {
        return withAdmin(admin -> {
            List<Row> rows = new ArrayList<>();
            for (TopicDescription topic : all(admin, internal)) {
                if (pattern == null || Glob.matches(pattern, topic.name())) {
                    rows.add(Row.of(topic));
                }
            }
            rows.sort((a, b) -> a.name().compareTo(b.name()));
            Table table =
                    new Table()
                            .text("TOPIC")
                            .number("PARTITIONS")
                            .number("REPLICAS")
                            .text("HEALTH");
            for (Row row : rows) {
                table.row(row.name(), row.partitions(), row.replicationFactor(), row.health());
            }
            if (rows.isEmpty() && !json()) {
                tell("no topics" + (pattern == null ? "" : " match " + pattern));
            } else {
                show(rows, table);
            }
            return OK;
        });
    }

    static Collection<TopicDescription> all(Admin admin, boolean internal) {
        var names = await(admin.listTopics(new ListTopicsOptions().listInternal(internal)).names());
        List<TopicDescription> found = new ArrayList<>();
        admin.describeTopics(names)
                .topicNameValues()
                .forEach((name, future) -> addUnlessGone(found, future));
        return found;
    }

    /** A topic may be deleted between being listed and being described. */
    private static void addUnlessGone(
            List<TopicDescription> found, KafkaFuture<TopicDescription> future) {
        try {
            found.add(await(future));
        } catch (UnknownTopicOrPartitionException gone) {
            return;
        }
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = {
                "Shows partitions with leader, replicas, offsets and size,",
                "and the configuration that differs from the default."
            })
    int describe(@Parameters(arity = "1..*", paramLabel = "TOPIC") List<String> names) {
        return withAdmin(admin -> {
            int exit = OK;
            List<TopicDetail> details = new ArrayList<>();
            var futures = new TreeMap<>(admin.describeTopics(names).topicNameValues());
            for (var topic : futures.entrySet()) {
                try {
                    details.add(TopicDetail.gather(admin, await(topic.getValue())));
                } catch (RuntimeException failure) {
                    exit = fail("cannot describe topic " + topic.getKey(), failure);
                }
            }
            if (json()) {
                showJson(details);
            } else {
                details.forEach(detail -> detail.print(terminal));
            }
            return exit;
        });
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Creates topics.",
            footer = {
                "",
                "Examples:",
                "  naru topics create orders",
                "  naru topics create orders -p 6 -r 3 -c cleanup.policy=compact",
                "  naru topics create orders --if-not-exists"
            })
    int create(
            @Parameters(arity = "1..*", paramLabel = "TOPIC") List<String> names,
            @Option(
                            names = {"-p", "--partitions"},
                            paramLabel = "N",
                            description = "Default: the cluster's num.partitions.")
                    @Nullable Integer partitions,
            @Option(
                            names = {"-r", "--replication-factor"},
                            paramLabel = "N",
                            description = "Default: the cluster's default.replication.factor.")
                    @Nullable Short replicationFactor,
            @Option(
                            names = {"-c", "--config"},
                            paramLabel = "KEY=VALUE",
                            description = "A topic configuration; may be repeated.")
                    @Nullable Map<String, String> configs,
            @Option(names = "--if-not-exists", description = "Existing topics are left alone.")
                    boolean ifNotExists,
            @Option(names = "--dry-run", description = "Only checks whether it could be done.")
                    boolean dryRun) {
        return withAdmin(admin -> {
            List<NewTopic> topics = new ArrayList<>();
            for (String name : names) {
                topics.add(
                        new NewTopic(
                                        name,
                                        Optional.ofNullable(partitions),
                                        Optional.ofNullable(replicationFactor))
                                .configs(configs == null ? Map.of() : configs));
            }
            var options = new CreateTopicsOptions().validateOnly(dryRun);
            var result = admin.createTopics(topics, options);
            int exit = OK;
            for (String name : names) {
                try {
                    await(result.values().get(name));
                    tell(
                            (dryRun ? "could create topic " : "created topic ")
                                    + name
                                    + ": "
                                    + sizeOf(
                                            result.numPartitions(name),
                                            result.replicationFactor(name)));
                } catch (TopicExistsException exists) {
                    if (ifNotExists) {
                        tell("topic " + name + " exists already");
                    } else {
                        exit = fail("cannot create topic " + name, exists);
                    }
                } catch (RuntimeException failure) {
                    exit = fail("cannot create topic " + name, failure);
                }
            }
            return exit;
        });
    }

    private static String sizeOf(KafkaFuture<Integer> partitions, KafkaFuture<Integer> replicas) {
        @Nullable Integer partitionCount = awaitOrNull(partitions);
        @Nullable Integer replicaCount = awaitOrNull(replicas);
        return partitionCount == null || replicaCount == null
                ? "done"
                : Amounts.plural(partitionCount, "partition")
                        + ", replication factor "
                        + replicaCount;
    }

    @Command(
            name = "alter",
            mixinStandardHelpOptions = true,
            description = "Adds partitions to a topic, or changes its configuration.",
            footer = {
                "",
                "Keys may fall into other partitions afterwards; partitions cannot be taken away.",
                "",
                "Examples:",
                "  naru topics alter orders -p 12",
                "  naru topics alter orders -c retention.ms=3600000 --unset segment.bytes"
            })
    int alter(
            @Parameters(paramLabel = "TOPIC") String name,
            @Option(
                            names = {"-p", "--partitions"},
                            paramLabel = "N",
                            description = "How many partitions the topic shall have.")
                    @Nullable Integer partitions,
            @Option(
                            names = {"-c", "--config"},
                            paramLabel = "KEY=VALUE",
                            description = "A topic configuration; may be repeated.")
                    @Nullable Map<String, String> configs,
            @Option(
                            names = "--unset",
                            paramLabel = "KEY",
                            description = "Back to the default; may be repeated.")
                    @Nullable List<String> unset) {
        if (partitions == null && configs == null && unset == null) {
            throw new CommandFailure("nothing to alter: give --partitions, --config or --unset");
        }
        return withAdmin(admin -> {
            if (partitions != null) {
                var increase = Map.of(name, NewPartitions.increaseTo(partitions));
                await(admin.createPartitions(increase).values().get(name));
                tell("topic " + name + " has " + Amounts.plural(partitions, "partition"));
            }
            List<AlterConfigOp> changes = Configs.changes(configs, unset);
            if (!changes.isEmpty()) {
                var topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
                await(admin.incrementalAlterConfigs(Map.of(topic, changes)).all());
                tell("topic " + name + ": " + Configs.told(changes));
            }
            return OK;
        });
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Deletes topics with all that is in them.")
    int delete(
            @Parameters(arity = "1..*", paramLabel = "TOPIC") List<String> names,
            @Option(names = "--if-exists", description = "Unknown topics are no failure.")
                    boolean ifExists,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Does not ask, even on a terminal.")
                    boolean yes) {
        if (!yes && !Confirmation.given(terminal, "delete " + String.join(", ", names))) {
            return fail("nothing was deleted");
        }
        return withAdmin(admin -> {
            int exit = OK;
            for (var topic : admin.deleteTopics(names).topicNameValues().entrySet()) {
                try {
                    await(topic.getValue());
                    tell("deleted topic " + topic.getKey());
                } catch (UnknownTopicOrPartitionException unknown) {
                    if (ifExists) {
                        tell("there is no topic " + topic.getKey());
                    } else {
                        exit = fail("cannot delete topic " + topic.getKey(), unknown);
                    }
                } catch (RuntimeException failure) {
                    exit = fail("cannot delete topic " + topic.getKey(), failure);
                }
            }
            return exit;
        });
    }
}
