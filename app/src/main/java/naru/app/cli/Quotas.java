package naru.app.cli;

import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@code naru quotas}: how much users, client ids and addresses may use. */
@Command(
        name = "quotas",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "List, set and remove quotas of users, client ids and addresses.",
        footer = {
            "",
            "A name may be 'default': it then stands for everybody without a quota of their own.",
            "The first of these that exists holds for a request: user and client, user and any",
            "client, user, any user and client, any user and any client, any user, client, any",
            "client.",
            "",
            "KEY is one of",
            "  producer_byte_rate        bytes a second that are produced, on each broker",
            "  consumer_byte_rate        bytes a second that are fetched, on each broker",
            "  request_percentage        time of requests, in percent of one thread",
            "  controller_mutation_rate  partitions a second that are created and deleted",
            "  connection_creation_rate  new connections a second; for --ip only",
            "",
            "Examples:",
            "  naru quotas list",
            "  naru quotas set --user alice producer_byte_rate=1048576",
            "  naru quotas set --client default consumer_byte_rate=10485760 request_percentage=50",
            "  naru quotas set --ip default connection_creation_rate=20",
            "  naru quotas remove --user alice producer_byte_rate",
            "  naru quotas list -o json"
        })
public final class Quotas extends ClusterCommand {
    private static final String DEFAULT = "default";
    private static final Set<String> KEYS =
            Set.of(
                    "producer_byte_rate",
                    "consumer_byte_rate",
                    "request_percentage",
                    "controller_mutation_rate",
                    "connection_creation_rate");

    public Quotas(Terminal terminal) {
        super(terminal);
    }

    /** Whose quotas are meant. */
    static final class Whose {
        @Option(
                names = {"-u", "--user"},
                paramLabel = "USER",
                description = "A user, or 'default'.")
        @Nullable String user;

        @Option(
                names = {"-c", "--client"},
                paramLabel = "CLIENT-ID",
                description = "A client id, or 'default'; with --user only clients of that user.")
        @Nullable String client;

        @Option(
                names = "--ip",
                paramLabel = "ADDRESS",
                description = "An IP address, or 'default'.")
        @Nullable String ip;

        ClientQuotaEntity entity() {
            if (ip != null && (user != null || client != null)) {
                throw new CommandFailure("--ip stands alone: it goes with no --user or --client");
            }
            Map<String, String> parts = new HashMap<>();
            add(parts, ClientQuotaEntity.USER, user);
            add(parts, ClientQuotaEntity.CLIENT_ID, client);
            add(parts, ClientQuotaEntity.IP, ip);
            return new ClientQuotaEntity(parts);
        }

        private static void add(Map<String, String> parts, String type, @Nullable String name) {
            if (name != null) {
                parts.put(type, name.equals(DEFAULT) ? null : name);
            }
        }
    }

    /** The quotas of one entity; the JSON of {@code quotas list}. */
    record Row(
            @Nullable String user,
            @Nullable String client,
            @Nullable String ip,
            Map<String, Double> quotas) {}

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists all quotas.")
    int list() {
        return withAdmin(admin -> {
            List<Row> rows = new ArrayList<>();
            await(admin.describeClientQuotas(ClientQuotaFilter.all()).entities())
                    .forEach((entity, values) -> rows.add(row(entity, values)));
            rows.sort(
                    Comparator.comparing((Row row) -> String.valueOf(row.ip()))
                            .thenComparing(row -> String.valueOf(row.user()))
                            .thenComparing(row -> String.valueOf(row.client())));
            if (rows.isEmpty() && !json()) {
                tell("no quotas are set; see naru quotas set --help");
                return OK;
            }
            Table table =
                    new Table().text("USER").text("CLIENT").text("IP").text("QUOTA").text("VALUE");
            for (Row row : rows) {
                row.quotas()
                        .forEach((key, value) ->
                                table.row(
                                        shown(row.user()),
                                        shown(row.client()),
                                        shown(row.ip()),
                                        key,
                                        number(value)));
            }
            show(rows, table);
            return OK;
        });
    }

    private static Row row(ClientQuotaEntity entity, Map<String, Double> values) {
        return new Row(
                name(entity, ClientQuotaEntity.USER),
                name(entity, ClientQuotaEntity.CLIENT_ID),
                name(entity, ClientQuotaEntity.IP),
                new TreeMap<>(values));
    }

    private static @Nullable String name(ClientQuotaEntity entity, String type) {
        if (!entity.entries().containsKey(type)) {
            return null;
        }
        String name = entity.entries().get(type);
        return name == null ? DEFAULT : name;
    }

    private static String shown(@Nullable String name) {
        return name == null ? "-" : name;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Sets quotas; they hold at once.")
    int set(
            @ArgGroup(exclusive = false, multiplicity = "1") Whose whose,
            @Parameters(index = "0..*", arity = "1..*", paramLabel = "KEY=VALUE")
                    Map<String, Double> values) {
        List<ClientQuotaAlteration.Op> changes = new ArrayList<>();
        values.forEach(
                (key, value) -> changes.add(new ClientQuotaAlteration.Op(known(key), value)));
        return alter(whose.entity(), changes);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Removes quotas, so that the next rule in order holds.")
    int remove(
            @ArgGroup(exclusive = false, multiplicity = "1") Whose whose,
            @Parameters(index = "0..*", arity = "1..*", paramLabel = "KEY") List<String> keys) {
        List<ClientQuotaAlteration.Op> changes = new ArrayList<>();
        keys.forEach(key -> changes.add(new ClientQuotaAlteration.Op(known(key), null)));
        return alter(whose.entity(), changes);
    }

    private static String known(String key) {
        if (!KEYS.contains(key)) {
            throw new CommandFailure(
                    "there is no quota '"
                            + key
                            + "'; there are "
                            + String.join(", ", KEYS.stream().sorted().toList()));
        }
        return key;
    }

    private int alter(ClientQuotaEntity entity, Collection<ClientQuotaAlteration.Op> changes) {
        return withAdmin(admin -> {
            await(
                    admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, changes)))
                            .all());
            List<String> words = new ArrayList<>();
            for (ClientQuotaAlteration.Op change : changes) {
                Double value = change.value();
                words.add(
                        value == null
                                ? change.key() + " is removed"
                                : change.key() + "=" + number(value));
            }
            tell(told(entity) + ": " + String.join(", ", words));
            return OK;
        });
    }

    private static String told(ClientQuotaEntity entity) {
        List<String> words = new ArrayList<>();
        for (String type :
                List.of(
                        ClientQuotaEntity.USER,
                        ClientQuotaEntity.CLIENT_ID,
                        ClientQuotaEntity.IP)) {
            String name = name(entity, type);
            if (name != null) {
                words.add(type + " " + name);
            }
        }
        return String.join(", ", words);
    }
}
