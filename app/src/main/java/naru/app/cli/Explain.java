package naru.app.cli;

import naru.app.explain.Finding;
import naru.app.explain.GroupExplainer;
import naru.app.explain.GroupFacts;
import naru.app.explain.TopicExplainer;
import naru.app.explain.TransactionExplainer;
import naru.app.terminal.Amounts;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** {@code naru explain}: why something is as it is, in sentences. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Say in sentences why a group, topic or transaction stands where it does.",
        footer = {
            "",
            "Lines that somebody should act on begin with !!, those worth knowing with *.",
            "",
            "Examples:",
            "  naru explain lag",
            "  naru explain group billing",
            "  naru explain topic orders",
            "  naru explain transaction billing-0 -o json"
        })
public final class Explain extends ClusterCommand {
    private static final int DEFAULT_WATCH_MILLIS = 2_000;

    public Explain(Terminal terminal) {
        super(terminal);
    }

    /** What is said about one thing; the JSON of all commands but {@code lag}. */
    record Explanation(String about, List<Finding> findings) {}

    @Command(
            name = "group",
            mixinStandardHelpOptions = true,
            description = "Who holds a group back, and why: looks twice to see what moves.")
    int group(
            @Parameters(arity = "1..*", paramLabel = "GROUP") List<String> groups,
            @Option(
                            names = "--watch",
                            paramLabel = "MS",
                            defaultValue = "" + DEFAULT_WATCH_MILLIS,
                            description = "Milliseconds between the looks (${DEFAULT-VALUE}).")
                    int watchMillis) {
        if (watchMillis < 0) {
            throw new CommandFailure("--watch takes milliseconds, 0 or more");
        }
        return withConnection((connection, admin) -> {
            var inquiry = new GroupInquiry(admin, connection, watchMillis);
            return each(groups, "group", name -> GroupExplainer.explain(inquiry.ask(name)));
        });
    }

    @Command(
            name = "topic",
            mixinStandardHelpOptions = true,
            description = "Whether a topic takes writes, and what its readers wait for.")
    int topic(@Parameters(arity = "1..*", paramLabel = "TOPIC") List<String> topics) {
        return withAdmin(admin -> {
            var inquiry = new TopicInquiry(admin);
            return each(topics, "topic", name -> TopicExplainer.explain(inquiry.ask(name)));
        });
    }

    @Command(
            name = "transaction",
            mixinStandardHelpOptions = true,
            description = "How far a transaction is, and what ends it.")
    int transaction(@Parameters(arity = "1..*", paramLabel = "TRANSACTIONAL_ID") List<String> ids) {
        return withAdmin(admin ->
                each(
                        ids,
                        "transaction",
                        id ->
                                TransactionExplainer.explain(
                                        TopicInquiry.askTransaction(admin, id))));
    }

    /** One group's lag; the JSON of {@code explain lag}. */
    record Lag(
            String group,
            String state,
            int members,
            long records,
            @Nullable Long behindMillis,
            List<String> topics) {}

    @Command(
            name = "lag",
            mixinStandardHelpOptions = true,
            description = "Which groups are behind, by how many records and by how much time.")
    int lag(@Parameters(arity = "0..1", paramLabel = "PATTERN") @Nullable String pattern) {
        return withConnection((connection, admin) -> {
            var inquiry = new GroupInquiry(admin, connection, 0);
            List<Lag> lags = new ArrayList<>();
            int exit = OK;
            for (GroupListing listed : await(admin.listGroups().valid())) {
                String name = listed.groupId();
                if (pattern != null && !Glob.matches(pattern, name)) {
                    continue;
                }
                try {
                    lags.add(lagOf(inquiry.ask(name)));
                } catch (RuntimeException failure) {
                    exit = fail("cannot look at group " + name, failure);
                }
            }
            lags.sort(Comparator.comparingLong(Lag::records).reversed());
            if (json()) {
                showJson(lags);
            } else {
                print(lags);
            }
            return exit;
        });
    }

    private static Lag lagOf(GroupFacts facts) {
        TreeSet<String> topics = new TreeSet<>();
        facts.partitions().stream()
                .filter(partition -> partition.lag() > 0)
                .forEach(partition -> topics.add(partition.partition().topic()));
        return new Lag(
                facts.group(),
                facts.state(),
                facts.members().size(),
                facts.lag(),
                facts.behindMillis(),
                List.copyOf(topics));
    }

    private void print(List<Lag> lags) {
        Table table =
                new Table()
                        .text("GROUP")
                        .text("STATE")
                        .number("RECORDS")
                        .number("SECONDS")
                        .text("TOPICS");
        long behind = 0;
        for (Lag lag : lags) {
            @Nullable Long millis = lag.behindMillis();
            behind += lag.records() > 0 ? 1 : 0;
            table.row(
                    lag.group(),
                    lag.state(),
                    Amounts.count(lag.records()),
                    millis == null ? "-" : Amounts.count(millis / 1_000),
                    lag.topics().isEmpty() ? "-" : String.join(", ", lag.topics()));
        }
        if (lags.isEmpty()) {
            tell("no groups");
            return;
        }
        tell(
                behind == 0
                        ? "no group is behind"
                        : Amounts.plural(behind, "group")
                                + (behind == 1 ? " is behind; " : " are behind; ")
                                + "why says: naru explain group GROUP");
        table.print(terminal.out(), terminal.paint());
    }

    // ---- common ----

    /** Something to be found out about what has this name. */
    private interface Question {
        List<Finding> answer(String name);
    }

    private int each(List<String> names, String kind, Question question) {
        int exit = OK;
        List<Explanation> explanations = new ArrayList<>();
        for (String name : names) {
            try {
                explanations.add(new Explanation(name, question.answer(name)));
            } catch (RuntimeException failure) {
                exit = fail("cannot explain " + kind + " " + name, failure);
            }
        }
        if (json()) {
            showJson(explanations.size() == 1 ? explanations.getFirst() : explanations);
        } else {
            explanations.forEach(explanation -> explanation.findings().forEach(this::print));
        }
        return exit;
    }

    private interface Work {
        int with(Connection connection, Admin admin);
    }

    private int withConnection(Work work) {
        Connection connection = connect();
        try (Admin admin = connection.admin()) {
            return work.with(connection, admin);
        }
    }
}
