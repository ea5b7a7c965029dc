package naru.app.cli;

import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code naru configs}: the dynamic configuration of topics, brokers and groups. */
@Command(
        name = "configs",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Show and change the configuration of topics, brokers and groups.",
        footer = {
            "",
            "TYPE is topic, broker, group or client-metrics; the broker named 'default' means",
            "all brokers.",
            "",
            "Examples:",
            "  naru configs describe topic orders",
            "  naru configs describe broker 1 --all",
            "  naru configs set topic orders retention.ms=86400000 cleanup.policy=compact,delete",
            "  naru configs set broker default log.cleaner.threads=2",
            "  naru configs unset topic orders retention.ms"
        })
public final class Configs extends ClusterCommand {
    public Configs(Terminal terminal) {
        super(terminal);
    }

    /** One setting; the JSON of {@code configs describe}. */
    record Row(
            String name,
            @Nullable String value,
            String source,
            boolean sensitive,
            boolean readOnly) {}

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Shows what was set; with --all also the defaults.")
    int describe(
            @Parameters(index = "0", paramLabel = "TYPE") String type,
            @Parameters(index = "1", paramLabel = "NAME") String name,
            @Option(
                            names = {"-a", "--all"},
                            description = "Everything, with where it comes from.")
                    boolean all) {
        ConfigResource resource = resource(type, name);
        return withAdmin(admin -> {
            Config config = await(admin.describeConfigs(List.of(resource)).values().get(resource));
            List<Row> rows = new ArrayList<>();
            for (ConfigEntry entry : config.entries()) {
                if (all || entry.source() == ownSource(resource)) {
                    rows.add(row(entry));
                }
            }
            rows.sort(Comparator.comparing(Row::name));
            Table table = new Table().text("NAME").text("VALUE").text("FROM");
            for (Row row : rows) {
                table.row(row.name(), String.valueOf(row.value()), row.source());
            }
            if (rows.isEmpty() && !json()) {
                tell("nothing is set on " + type + " " + name + "; see the rest with --all");
            } else {
                show(rows, table);
            }
            return OK;
        });
    }

    private static Row row(ConfigEntry entry) {
        return new Row(
                entry.name(),
                entry.isSensitive() ? "(hidden)" : entry.value(),
                entry.source().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                entry.isSensitive(),
                entry.isReadOnly());
    }

    private static ConfigEntry.ConfigSource ownSource(ConfigResource resource) {
        return switch (resource.type()) {
            case TOPIC -> ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG;
            case BROKER ->
                    resource.isDefault()
                            ? ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
                            : ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG;
            case GROUP -> ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG;
            case CLIENT_METRICS -> ConfigEntry.ConfigSource.DYNAMIC_CLIENT_METRICS_CONFIG;
            case BROKER_LOGGER -> ConfigEntry.ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG;
            case UNKNOWN -> ConfigEntry.ConfigSource.UNKNOWN;
        };
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Sets values; takes effect at once.")
    int set(
            @Parameters(index = "0", paramLabel = "TYPE") String type,
            @Parameters(index = "1", paramLabel = "NAME") String name,
            @Parameters(index = "2..*", arity = "1..*", paramLabel = "KEY=VALUE")
                    Map<String, String> values) {
        return alter(resource(type, name), changes(values, null));
    }

    @Command(
            name = "unset",
            mixinStandardHelpOptions = true,
            description = "Takes values back to their defaults.")
    int unset(
            @Parameters(index = "0", paramLabel = "TYPE") String type,
            @Parameters(index = "1", paramLabel = "NAME") String name,
            @Parameters(index = "2..*", arity = "1..*", paramLabel = "KEY") List<String> keys) {
        return alter(resource(type, name), changes(null, keys));
    }

    private int alter(ConfigResource resource, List<AlterConfigOp> changes) {
        return withAdmin(admin -> {
            await(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
            String name = resource.isDefault() ? "default" : resource.name();
            String type = resource.type().name().toLowerCase(Locale.ROOT);
            tell(type.replace('_', '-') + " " + name + ": " + told(changes));
            return OK;
        });
    }

    static ConfigResource resource(String type, String name) {
        ConfigResource.Type kind =
                switch (type.toLowerCase(Locale.ROOT)) {
                    case "topic", "topics" -> ConfigResource.Type.TOPIC;
                    case "broker", "brokers" -> ConfigResource.Type.BROKER;
                    case "group", "groups" -> ConfigResource.Type.GROUP;
                    case "client-metrics" -> ConfigResource.Type.CLIENT_METRICS;
                    default ->
                            throw new CommandFailure(
                                    "there is no type '"
                                            + type
                                            + "'; use topic, broker, group or client-metrics");
                };
        boolean allBrokers = kind == ConfigResource.Type.BROKER && name.equals("default");
        return new ConfigResource(kind, allBrokers ? "" : name);
    }

    static List<AlterConfigOp> changes(
            @Nullable Map<String, String> values, @Nullable List<String> unset) {
        List<AlterConfigOp> changes = new ArrayList<>();
        if (values != null) {
            values.forEach((key, value) ->
                    changes.add(new AlterConfigOp(new ConfigEntry(key, value), OpType.SET)));
        }
        if (unset != null) {
            for (String key : unset) {
                changes.add(new AlterConfigOp(new ConfigEntry(key, ""), OpType.DELETE));
            }
        }
        return changes;
    }

    /** The changes in words. */
    static String told(List<AlterConfigOp> changes) {
        List<String> words = new ArrayList<>();
        for (AlterConfigOp change : changes) {
            ConfigEntry entry = change.configEntry();
            words.add(
                    change.opType() == OpType.DELETE
                            ? entry.name() + " is the default again"
                            : entry.name() + "=" + entry.value());
        }
        return String.join(", ", words);
    }

    /** The value for people; secrets stay hidden. */
    static String shown(ConfigEntry entry) {
        return entry.isSensitive() ? "(hidden)" : String.valueOf(entry.value());
    }
}
