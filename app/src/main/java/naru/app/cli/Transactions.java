package naru.app.cli;

import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** {@code naru transactions}: which are open, who holds readers back, and ending what hangs. */
@Command(
        name = "transactions",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "List and describe transactions; find those that hang, and abort them.",
        footer = {
            "",
            "Examples:",
            "  naru transactions list",
            "  naru transactions describe billing-1",
            "  naru transactions find-hanging --older-than 15m",
            "  naru transactions abort orders:0 --start-offset 4711"
        })
public final class Transactions extends ClusterCommand {
    public Transactions(Terminal terminal) {
        super(terminal);
    }

    /** A transactional id in a list; the JSON of {@code transactions list}. */
    record Row(String transactionalId, int coordinator, long producerId, String state) {}

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "Lists transactional ids, or those that match PATTERN (* and ? as in a shell).")
    int list(
            @Parameters(arity = "0..1", paramLabel = "PATTERN") @Nullable String pattern,
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            description =
                                    "Only ids in this state: empty, ongoing, preparecommit,"
                                            + " prepareabort, completecommit, completeabort.")
                    @Nullable String state) {
        return withAdmin(admin -> {
            List<Row> rows = new ArrayList<>();
            Map<Integer, java.util.Collection<TransactionListing>> all =
                    await(admin.listTransactions(new ListTransactionsOptions()).allByBrokerId());
            all.forEach((broker, listings) -> {
                for (TransactionListing listing : listings) {
                    rows.add(
                            new Row(
                                    listing.transactionalId(),
                                    broker,
                                    listing.producerId(),
                                    Groups.lower(listing.state().toString())));
                }
            });
            rows.removeIf(row ->
                    (pattern != null && !Glob.matches(pattern, row.transactionalId()))
                            || (state != null && !row.state().equals(Groups.lower(state))));
            rows.sort(Comparator.comparing(Row::transactionalId));
            if (rows.isEmpty() && !json()) {
                tell("no transactional ids" + (pattern == null && state == null ? "" : " match"));
                return OK;
            }
            Table table =
                    new Table()
                            .text("TRANSACTIONAL ID")
                            .number("COORDINATOR")
                            .number("PRODUCER ID")
                            .text("STATE");
            rows.forEach(row ->
                    table.row(
                            row.transactionalId(),
                            row.coordinator(),
                            row.producerId(),
                            row.state()));
            show(rows, table);
            return OK;
        });
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Shows who produces under an id, since when, and to which partitions.")
    int describe(@Parameters(arity = "1..*", paramLabel = "ID") List<String> ids) {
        return withAdmin(admin -> {
            int exit = OK;
            List<TransactionDetail> details = new ArrayList<>();
            var described = admin.describeTransactions(ids);
            for (String id : ids) {
                try {
                    details.add(TransactionDetail.of(id, await(described.description(id))));
                } catch (RuntimeException failure) {
                    exit = fail("cannot describe " + id, failure);
                }
            }
            if (json()) {
                showJson(details.size() == 1 ? details.getFirst() : details);
            } else {
                details.forEach(detail -> detail.print(terminal, Clock.systemUTC()));
            }
            return exit;
        });
    }

    @Command(
            name = "find-hanging",
            mixinStandardHelpOptions = true,
            description =
                    "Finds transactions that are open in a partition and that no coordinator will"
                            + " end.",
            footer = {
                "",
                "They hold back every reader of committed records. Only those are shown that have",
                "been silent for longer than any producer may ask for (transaction.max.timeout.ms)."
            })
    int findHanging(
            @Option(
                            names = {"-t", "--topic"},
                            paramLabel = "TOPIC[:P,P]",
                            description = "Only there; may be repeated. Default: all topics.")
                    @Nullable List<String> topics,
            @Option(
                            names = "--older-than",
                            paramLabel = "TIME",
                            defaultValue = "15m",
                            description = "Silent since then (15m, 2h, a date); default: 15m.")
                    String olderThan) {
        long cutoff = Moment.parseMillis(olderThan, Clock.systemUTC());
        return withAdmin(admin -> {
            List<HangingTransactions.Hanging> found =
                    HangingTransactions.find(admin, topics, cutoff);
            if (found.isEmpty() && !json()) {
                tell("no transaction hangs");
                return OK;
            }
            Table table =
                    new Table()
                            .text("TOPIC")
                            .number("PARTITION")
                            .number("START OFFSET")
                            .number("PRODUCER ID")
                            .number("EPOCH")
                            .text("SILENT SINCE")
                            .text("TRANSACTIONAL ID");
            found.forEach(one ->
                    table.row(
                            one.topic(),
                            one.partition(),
                            one.startOffset(),
                            one.producerId(),
                            one.producerEpoch(),
                            one.silentSince(),
                            one.transactionalId() == null ? "-" : one.transactionalId()));
            show(found, table);
            tell("naru transactions abort TOPIC:P --start-offset N ends one of them");
            return OK;
        });
    }

    @Command(
            name = "abort",
            mixinStandardHelpOptions = true,
            description = "Ends a transaction that hangs in one partition: its records are lost.")
    int abort(
            @Parameters(paramLabel = "TOPIC:P", description = "Where it is open.") String where,
            @Option(
                            names = "--start-offset",
                            paramLabel = "N",
                            required = true,
                            description = "Its first offset, as find-hanging shows it.")
                    long startOffset,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Does not ask, even on a terminal.")
                    boolean yes) {
        return withAdmin(admin -> {
            List<TopicPartition> partitions = PartitionSelection.find(admin, List.of(where));
            if (partitions.size() != 1) {
                throw new CommandFailure("name one partition, such as orders:0");
            }
            TopicPartition partition = partitions.getFirst();
            ProducerState open = openAt(admin, partition, startOffset);
            if (!yes
                    && !Confirmation.given(
                            terminal,
                            "abort the transaction of producer "
                                    + open.producerId()
                                    + " in "
                                    + partition)) {
                return fail("nothing was aborted");
            }
            await(
                    admin.abortTransaction(
                                    new AbortTransactionSpec(
                                            partition,
                                            open.producerId(),
                                            (short) open.producerEpoch(),
                                            open.coordinatorEpoch().orElse(0)))
                            .all());
            tell("aborted the transaction at offset " + startOffset + " of " + partition);
            return OK;
        });
    }

    private static ProducerState openAt(Admin admin, TopicPartition partition, long startOffset) {
        return await(admin.describeProducers(List.of(partition)).partitionResult(partition))
                .activeProducers()
                .stream()
                .filter(state -> state.currentTransactionStartOffset().orElse(-1) == startOffset)
                .findFirst()
                .orElseThrow(() ->
                        new CommandFailure(
                                "no transaction is open at offset "
                                        + startOffset
                                        + " of "
                                        + partition));
    }
}
