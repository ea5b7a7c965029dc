package naru.app.cli;

import static naru.app.cli.ClusterCommand.await;

import naru.app.terminal.Amounts;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code naru cluster elect}: has leaders elected. */
@Command(
        name = "elect",
        mixinStandardHelpOptions = true,
        description = {
            "Gives leadership back to preferred replicas, the first in their lists, where they are"
                    + " in sync.",
            "With --unclean: has any replica lead where there is no leader. What it lacks is lost."
        },
        footer = {
            "",
            "Examples:",
            "  naru cluster elect",
            "  naru cluster elect --topic orders",
            "  naru cluster elect --unclean --topic orders"
        })
final class ClusterElect implements Callable<Integer> {
    @ParentCommand private @Nullable Cluster cluster;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC",
            description = "Only this topic; may be repeated. Default: all topics.")
    private @Nullable List<String> topics;

    @Option(
            names = "--unclean",
            description = "Elects replicas that may lack records; needs --topic.")
    private boolean unclean;

    @Option(
            names = {"-y", "--yes"},
            description = "Does not ask, even on a terminal.")
    private boolean yes;

    /** What became of a partition; the JSON of {@code cluster elect}. */
    record Outcome(String partition, boolean elected, @Nullable String error) {}

    @Override
    public Integer call() {
        Cluster parent = Cluster.parent(cluster);
        if (unclean && topics == null) {
            throw new CommandFailure("--unclean loses records: name the topics with --topic");
        }
        return parent.withAdmin(admin -> {
            Set<TopicPartition> wanted = wanted(admin);
            boolean agreed =
                    !unclean
                            || wanted.isEmpty()
                            || yes
                            || Confirmation.given(
                                    parent.terminal,
                                    "give up records of "
                                            + Amounts.plural(wanted.size(), "partition"));
            return agreed ? elect(parent, admin, wanted) : parent.fail("nothing was elected");
        });
    }

    private Set<TopicPartition> wanted(Admin admin) {
        @Nullable List<String> named = topics;
        Collection<TopicDescription> described =
                named == null
                        ? Topics.all(admin, true)
                        : await(admin.describeTopics(named).allTopicNames()).values();
        Set<TopicPartition> wanted = new HashSet<>();
        for (TopicDescription topic : described) {
            for (TopicPartitionInfo info : topic.partitions()) {
                if (isToBeElected(info)) {
                    wanted.add(new TopicPartition(topic.name(), info.partition()));
                }
            }
        }
        return wanted;
    }

    private boolean isToBeElected(TopicPartitionInfo info) {
        @Nullable Node leader = info.leader();
        boolean leaderless = leader == null || leader.isEmpty();
        return unclean ? leaderless : leaderless || leader.id() != info.replicas().getFirst().id();
    }

    private int elect(Cluster parent, Admin admin, Set<TopicPartition> wanted) {
        if (wanted.isEmpty()) {
            parent.tell(
                    unclean
                            ? "every partition has a leader"
                            : "every partition is led by its preferred replica");
            if (parent.json()) {
                parent.showJson(List.of());
            }
            return ClusterCommand.OK;
        }
        ElectionType type = unclean ? ElectionType.UNCLEAN : ElectionType.PREFERRED;
        Map<TopicPartition, Optional<Throwable>> results =
                await(admin.electLeaders(type, wanted).partitions());
        List<Outcome> outcomes = new ArrayList<>();
        int elected = 0;
        int exit = ClusterCommand.OK;
        for (var result : results.entrySet()) {
            @Nullable Throwable failure = result.getValue().orElse(null);
            boolean done = failure == null || failure instanceof ElectionNotNeededException;
            elected += done ? 1 : 0;
            outcomes.add(
                    new Outcome(
                            result.getKey().toString(),
                            done,
                            failure == null ? null : KafkaFailure.explain(failure)));
            if (!done && failure != null) {
                exit = parent.fail("cannot elect a leader of " + result.getKey(), failure);
            }
        }
        parent.tell("elected the leaders of " + Amounts.plural(elected, "partition"));
        if (parent.json()) {
            parent.showJson(outcomes);
        }
        return exit;
    }
}
