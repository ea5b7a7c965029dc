package naru.connectors.jdbc;

import naru.connectors.Checks;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/** What the JDBC source is told, under the property names that Confluent's connector has. */
final class JdbcSourceConfig {
    static final String URL = "connection.url";
    static final String USER = "connection.user";
    static final String PASSWORD = "connection.password";
    static final String BACKOFF = "connection.backoff.ms";
    static final String BACKOFF_MOST = "connection.backoff.max.ms";
    static final String MODE = "mode";
    static final String INCREMENTING = "incrementing.column.name";
    static final String TIMESTAMPS = "timestamp.column.name";
    static final String TIMESTAMP_INITIAL = "timestamp.initial";
    static final String TIMESTAMP_DELAY = "timestamp.delay.interval.ms";
    static final String TIMESTAMP_GRANULARITY = "timestamp.granularity";
    static final String VALIDATE_NON_NULL = "validate.non.null";
    static final String WHITELIST = "table.whitelist";
    static final String INCLUDE = "table.include.list";
    static final String BLACKLIST = "table.blacklist";
    static final String EXCLUDE = "table.exclude.list";
    static final String TYPES = "table.types";
    static final String SCHEMA = "schema.pattern";
    static final String CATALOG = "catalog.pattern";
    static final String QUERY = "query";
    static final String SUFFIX = "query.suffix";
    static final String POLL_INTERVAL = "poll.interval.ms";
    static final String TABLE_POLL_INTERVAL = "table.poll.interval.ms";
    static final String BATCH = "batch.max.rows";
    static final String TOPIC_PREFIX = "topic.prefix";
    static final String NUMERIC = "numeric.mapping";
    static final String ZONE = "db.timezone";
    static final String QUOTE = "quote.sql.identifiers";
    static final String KEY_COLUMNS = "key.columns";

    /** Of Confluent's connector; nothing that a driver would know. */
    private static final String ATTEMPTS = "connection.attempts";

    /** What Confluent's connector called {@link #NUMERIC} before, if it is true. */
    private static final String PRECISION = "numeric.precision.mapping";

    /** Of a task only: the tables that it reads. */
    static final String TASK_TABLES = "tables";

    static final ConfigDef DEFINITION = definition();

    private final Map<String, ?> values;
    private final Map<String, String> given;

    JdbcSourceConfig(Map<String, String> given) {
        this.values = DEFINITION.parse(given);
        this.given = given;
    }

    private static ConfigDef definition() {
        ConfigDef definition = new ConfigDef();
        connection(definition);
        rows(definition);
        reading(definition);
        tables(definition);
        topics(definition);
        return definition;
    }

    private static void connection(ConfigDef definition) {
        definition
                .define(
                        URL,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Checks.notEmpty("a JDBC URL such as jdbc:postgresql://host:5432/database"),
                        Importance.HIGH,
                        "JDBC URL of the database")
                .define(USER, ConfigDef.Type.STRING, null, Importance.HIGH, "User of the database")
                .define(
                        PASSWORD,
                        ConfigDef.Type.PASSWORD,
                        null,
                        Importance.HIGH,
                        "The user's password")
                .define(
                        BACKOFF,
                        ConfigDef.Type.LONG,
                        1_000,
                        Checks.atLeast(1),
                        Importance.LOW,
                        "Wait after the first failure; doubled with each further one")
                .define(
                        BACKOFF_MOST,
                        ConfigDef.Type.LONG,
                        30_000,
                        Checks.atLeast(1),
                        Importance.LOW,
                        "The longest wait between two tries")
                .define(
                        ZONE,
                        ConfigDef.Type.STRING,
                        "UTC",
                        Checks.timeZone(),
                        Importance.MEDIUM,
                        "Zone of timestamps that the database stores without one")
                .define(
                        QUOTE,
                        ConfigDef.Type.STRING,
                        "always",
                        Checks.oneOf("always", "never"),
                        Importance.LOW,
                        "Whether names of tables and columns are quoted in SQL");
    }

    private static void rows(ConfigDef definition) {
        definition
                .define(
                        MODE,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Checks.oneOf(Mode.words()),
                        Importance.HIGH,
                        "How new rows are found: bulk reads everything each time")
                .define(
                        INCREMENTING,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.HIGH,
                        "Column whose number grows with each new row")
                .define(
                        TIMESTAMPS,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.HIGH,
                        "Column, or columns of which the first that is not null counts, with the"
                                + " time of a row's last change")
                .define(
                        TIMESTAMP_INITIAL,
                        ConfigDef.Type.LONG,
                        null,
                        Importance.LOW,
                        "Rows later than this are read at first (milliseconds since 1970; -1 is"
                                + " now; without it, all)")
                .define(
                        TIMESTAMP_DELAY,
                        ConfigDef.Type.LONG,
                        0,
                        Checks.atLeast(0),
                        Importance.MEDIUM,
                        "Rows younger than this wait, so that transactions that still run are not"
                                + " overtaken")
                .define(
                        VALIDATE_NON_NULL,
                        ConfigDef.Type.BOOLEAN,
                        true,
                        Importance.LOW,
                        "Whether the columns above must be NOT NULL in the database");
    }

    private static void reading(ConfigDef definition) {
        definition
                .define(
                        POLL_INTERVAL,
                        ConfigDef.Type.LONG,
                        5_000,
                        Checks.atLeast(1),
                        Importance.HIGH,
                        "Pause between two readings of a table")
                .define(
                        BATCH,
                        ConfigDef.Type.INT,
                        100,
                        Checks.between(1, 100_000),
                        Importance.LOW,
                        "Rows that are fetched and handed on at once")
                .define(
                        NUMERIC,
                        ConfigDef.Type.STRING,
                        "none",
                        Checks.oneOf(NumericMapping.words()),
                        Importance.LOW,
                        "How NUMERIC and DECIMAL columns are mapped")
                .define(
                        TIMESTAMP_GRANULARITY,
                        ConfigDef.Type.STRING,
                        "connect_logical",
                        Checks.oneOf(TimestampGranularity.words()),
                        Importance.LOW,
                        "How timestamps are mapped; Connect's own type knows milliseconds only");
    }

    private static void tables(ConfigDef definition) {
        definition
                .define(
                        WHITELIST,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.MEDIUM,
                        "Only these tables: name, or schema.name")
                .define(
                        INCLUDE,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Checks.patterns(),
                        Importance.MEDIUM,
                        "Only tables whose name or schema.name matches one of these expressions")
                .define(
                        BLACKLIST,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.MEDIUM,
                        "Without these tables")
                .define(
                        EXCLUDE,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Checks.patterns(),
                        Importance.MEDIUM,
                        "Without tables whose name or schema.name matches one of these expressions")
                .define(
                        TYPES,
                        ConfigDef.Type.LIST,
                        List.of("TABLE"),
                        Importance.LOW,
                        "Kinds of tables as the driver names them: TABLE, VIEW ...")
                .define(
                        SCHEMA,
                        ConfigDef.Type.STRING,
                        null,
                        Importance.LOW,
                        "Only tables of these schemas")
                .define(
                        CATALOG,
                        ConfigDef.Type.STRING,
                        null,
                        Importance.LOW,
                        "Only tables of this catalog")
                .define(
                        QUERY,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "A SELECT that is read instead of tables")
                .define(
                        SUFFIX,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.LOW,
                        "SQL that is put at the end of each query")
                .define(
                        TABLE_POLL_INTERVAL,
                        ConfigDef.Type.LONG,
                        60_000,
                        Checks.atLeast(1),
                        Importance.LOW,
                        "Pause between two looks for new and dropped tables");
    }

    private static void topics(ConfigDef definition) {
        definition
                .define(
                        TOPIC_PREFIX,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Importance.HIGH,
                        "A table's topic is this and the table's name; with a query, this is the"
                                + " topic")
                .define(
                        KEY_COLUMNS,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.MEDIUM,
                        "Columns of the record's key; without them, records have no key");
    }

    String url() {
        return text(URL);
    }

    Properties connectionProperties() {
        Properties properties = new Properties();
        given.forEach((name, value) -> {
            boolean known = DEFINITION.names().contains(name) || name.equals(ATTEMPTS);
            if (name.startsWith("connection.") && !known) {
                properties.setProperty(name.substring("connection.".length()), value);
            }
        });
        if (values.get(USER) instanceof String user) {
            properties.setProperty("user", user);
        }
        if (values.get(PASSWORD) instanceof Password password) {
            properties.setProperty("password", password.value());
        }
        return properties;
    }

    Duration backoff() {
        return millis(BACKOFF);
    }

    Duration backoffMost() {
        return millis(BACKOFF_MOST);
    }

    Mode mode() {
        return Mode.of(text(MODE));
    }

    String incrementingColumn() {
        return text(INCREMENTING);
    }

    List<String> timestampColumns() {
        return list(TIMESTAMPS);
    }

    @Nullable Long timestampInitial() {
        return (Long) values.get(TIMESTAMP_INITIAL);
    }

    Duration timestampDelay() {
        return millis(TIMESTAMP_DELAY);
    }

    TimestampGranularity timestampGranularity() {
        return TimestampGranularity.valueOf(text(TIMESTAMP_GRANULARITY).toUpperCase(Locale.ROOT));
    }

    boolean validateNonNull() {
        return Boolean.TRUE.equals(values.get(VALIDATE_NON_NULL));
    }

    String query() {
        return text(QUERY).strip();
    }

    boolean hasQuery() {
        return !query().isEmpty();
    }

    String suffix() {
        return text(SUFFIX).strip();
    }

    Duration pollInterval() {
        return millis(POLL_INTERVAL);
    }

    Duration tablePollInterval() {
        return millis(TABLE_POLL_INTERVAL);
    }

    int batchRows() {
        return (Integer) Objects.requireNonNull(values.get(BATCH));
    }

    NumericMapping numericMapping() {
        if (!given.containsKey(NUMERIC) && Boolean.parseBoolean(given.get(PRECISION))) {
            return NumericMapping.PRECISION_ONLY;
        }
        return NumericMapping.valueOf(text(NUMERIC).toUpperCase(Locale.ROOT));
    }

    ZoneId zone() {
        return ZoneId.of(text(ZONE));
    }

    boolean quotes() {
        return text(QUOTE).equalsIgnoreCase("always");
    }

    String topicPrefix() {
        return text(TOPIC_PREFIX);
    }

    List<String> list(String name) {
        return ((List<?>) Objects.requireNonNull(values.get(name)))
                .stream().map(Object::toString).filter(text -> !text.isBlank()).toList();
    }

    @Nullable String optional(String name) {
        return (String) values.get(name);
    }

    private String text(String name) {
        return (String) Objects.requireNonNull(values.get(name));
    }

    private Duration millis(String name) {
        return Duration.ofMillis((Long) Objects.requireNonNull(values.get(name)));
    }
}
