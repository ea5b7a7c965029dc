package naru.app.cli;

import naru.app.terminal.PlainText;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code naru groups}: who consumes what, how far behind they are, and moving their place. */
@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "List and describe consumer groups, move or delete their offsets.",
        footer = {
            "",
            "Examples:",
            "  naru groups list",
            "  naru groups describe billing",
            "  naru groups reset-offsets billing --topic orders --to-earliest            shows"
                    + " what",
            "  naru groups reset-offsets billing --topic orders --to-earliest --execute  does it",
            "  naru groups describe billing -o json | jq .totalLag"
        })
public final class Groups extends ClusterCommand {
    public Groups(Terminal terminal) {
        super(terminal);
    }

    /** A group in a list; the JSON of {@code groups list}. */
    record Row(String group, String type, String protocol, String state) {}

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "Lists groups, or those whose names match PATTERN (* and ? as in a shell).")
    int list(@Parameters(arity = "0..1", paramLabel = "PATTERN") @Nullable String pattern) {
        return withAdmin(admin -> {
            var listed = admin.listGroups();
            List<Row> rows = new ArrayList<>();
            for (GroupListing group : await(listed.valid())) {
                if (pattern == null || Glob.matches(pattern, group.groupId())) {
                    rows.add(row(group));
                }
            }
            rows.sort(Comparator.comparing(Row::group));
            int exit = OK;
            for (Throwable error : await(listed.errors())) {
                exit = fail("some groups may be missing", error);
            }
            Table table = new Table().text("GROUP").text("TYPE").text("PROTOCOL").text("STATE");
            rows.forEach(row -> table.row(row.group(), row.type(), row.protocol(), row.state()));
            if (rows.isEmpty() && !json()) {
                tell("no groups" + (pattern == null ? "" : " match " + pattern));
            } else {
                show(rows, table);
            }
            return exit;
        });
    }

    private static Row row(GroupListing group) {
        String protocol = group.protocol();
        return new Row(
                group.groupId(),
                group.type().map(type -> lower(type.toString())).orElse("unknown"),
                protocol.isEmpty() ? "-" : protocol,
                group.groupState().map(state -> lower(state.toString())).orElse("unknown"));
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Shows a group's members, its place in each partition, and its lag.")
    int describe(@Parameters(arity = "1..*", paramLabel = "GROUP") List<String> names) {
        return withAdmin(admin -> {
            int exit = OK;
            List<GroupDetail> details = new ArrayList<>();
            for (String name : names) {
                try {
                    details.add(GroupDetail.gather(admin, name));
                } catch (RuntimeException failure) {
                    exit = fail("cannot describe group " + name, failure);
                }
            }
            if (json()) {
                showJson(details.size() == 1 ? details.getFirst() : details);
            } else {
                details.forEach(detail -> detail.print(terminal));
            }
            return exit;
        });
    }

    /** A partition's place before and after; the JSON of {@code groups reset-offsets}. */
    record Move(String topic, int partition, @Nullable Long from, long to) {}

    @Command(
            name = "reset-offsets",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Shows where a group would go on, and with --execute puts it there.",
            footer = {
                "",
                "The group must not have members meanwhile. Offsets outside of a partition are",
                "brought to its start or end.",
                "",
                "Examples:",
                "  naru groups reset-offsets billing --topic orders --to-datetime 2h",
                "  naru groups reset-offsets billing --topic orders:0,1 --shift-by -100 --execute",
                "  naru groups reset-offsets billing --all-topics --to-latest --execute"
            })
    int resetOffsets(
            @Parameters(paramLabel = "GROUP") String group,
            @Option(
                            names = {"-t", "--topic"},
                            paramLabel = "TOPIC[:P,P]",
                            description = "A topic, or some partitions of it; may be repeated.")
                    @Nullable List<String> topics,
            @Option(names = "--all-topics", description = "All that the group has offsets in.")
                    boolean allTopics,
            @ArgGroup(multiplicity = "1", heading = "Where to:%n") OffsetTarget target,
            @Option(names = "--dry-run", description = "Only shows; that is so without --execute.")
                    boolean dryRun,
            @Option(names = "--execute", description = "Does it.") boolean execute) {
        if (dryRun && execute) {
            throw new CommandFailure("--dry-run and --execute exclude each other");
        }
        if ((topics == null) != allTopics) {
            throw new CommandFailure("give either --topic or --all-topics");
        }
        return withAdmin(admin -> {
            boolean isShare = GroupDetail.isShareGroup(admin, group);
            Map<TopicPartition, OffsetAndMetadata> committed =
                    isShare
                            ? GroupDetail.startOffsets(admin, group)
                            : GroupDetail.committed(admin, group);
            List<TopicPartition> partitions =
                    topics == null
                            ? new ArrayList<>(committed.keySet())
                            : PartitionSelection.find(admin, topics);
            List<Move> moves = target.moves(admin, partitions, committed);
            if (execute && !moves.isEmpty()) {
                move(admin, group, isShare, moves);
            }
            showMoves(group, moves, execute);
            return OK;
        });
    }

    private static void move(Admin admin, String group, boolean isShare, List<Move> moves) {
        Map<TopicPartition, Long> places = new HashMap<>();
        for (Move move : moves) {
            places.put(new TopicPartition(move.topic(), move.partition()), move.to());
        }
        if (isShare) {
            await(admin.alterShareGroupOffsets(group, places).all());
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        places.forEach((partition, to) -> offsets.put(partition, new OffsetAndMetadata(to)));
        await(admin.alterConsumerGroupOffsets(group, offsets).all());
    }

    private void showMoves(String group, List<Move> moves, boolean executed) {
        Table table = new Table().text("TOPIC").number("PARTITION").number("FROM").number("TO");
        for (Move move : moves) {
            @Nullable Long from = move.from();
            table.row(move.topic(), move.partition(), from == null ? "-" : from, move.to());
        }
        if (moves.isEmpty() && !json()) {
            tell("group " + group + " has no offsets to reset; name topics with --topic");
            return;
        }
        show(moves, table);
        tell(
                executed
                        ? "group " + group + " goes on there"
                        : "nothing was changed; do it with --execute");
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Deletes groups that have no members, with their offsets.")
    int delete(
            @Parameters(arity = "1..*", paramLabel = "GROUP") List<String> names,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Does not ask, even on a terminal.")
                    boolean yes) {
        if (!yes && !Confirmation.given(terminal, "delete " + String.join(", ", names))) {
            return fail("nothing was deleted");
        }
        return withAdmin(admin -> {
            int exit = OK;
            var results = admin.deleteConsumerGroups(names).deletedGroups();
            for (String name : names) {
                try {
                    await(results.get(name));
                    tell("deleted group " + name);
                } catch (RuntimeException failure) {
                    exit = fail("cannot delete group " + name, failure);
                }
            }
            return exit;
        });
    }

    @Command(
            name = "delete-offsets",
            mixinStandardHelpOptions = true,
            description = "Forgets a group's place in topics that it no longer reads.")
    int deleteOffsets(
            @Parameters(paramLabel = "GROUP") String group,
            @Option(
                            names = {"-t", "--topic"},
                            paramLabel = "TOPIC[:P,P]",
                            required = true,
                            description = "A topic, or some partitions of it; may be repeated.")
                    List<String> topics) {
        return withAdmin(admin -> {
            if (GroupDetail.isShareGroup(admin, group)) {
                return forgetTopics(admin, group, topics);
            }
            Set<TopicPartition> partitions = new HashSet<>(PartitionSelection.find(admin, topics));
            partitions.retainAll(GroupDetail.committed(admin, group).keySet());
            if (partitions.isEmpty()) {
                return fail("group " + group + " has no offsets there");
            }
            var result = admin.deleteConsumerGroupOffsets(group, partitions);
            int exit = OK;
            for (TopicPartition partition : partitions) {
                try {
                    await(result.partitionResult(partition));
                    tell("forgot " + PlainText.of(partition.toString()));
                } catch (RuntimeException failure) {
                    exit = fail("cannot forget " + partition, failure);
                }
            }
            return exit;
        });
    }

    /** A share group has its place in all partitions of a topic, or in none. */
    private int forgetTopics(Admin admin, String group, List<String> topics) {
        for (String topic : topics) {
            if (topic.contains(":")) {
                return fail(
                        group
                                + " is a share group, which forgets whole topics; name no"
                                + " partitions");
            }
        }
        var result = admin.deleteShareGroupOffsets(group, Set.copyOf(topics));
        int exit = OK;
        for (String topic : topics) {
            try {
                await(result.topicResult(topic));
                tell("forgot " + PlainText.of(topic));
            } catch (RuntimeException failure) {
                exit = fail("cannot forget " + topic, failure);
            }
        }
        return exit;
    }
}
