package naru.connectors.files;

import naru.connectors.Checks;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the file source is told. */
final class FileSourceConfig {
    static final String PATH = "path";
    static final String PATTERN = "file.pattern";
    static final String TOPIC = "topic";
    static final String FORMAT = "format";
    static final String ORDER = "order";
    static final String FOLLOW = "follow";
    static final String SETTLE = "settle.ms";
    static final String FINISHED = "finished";
    static final String FINISHED_FOLDER = "finished.folder";
    static final String POLL_INTERVAL = "poll.interval.ms";
    static final String BATCH = "batch.max.records";
    static final String RECORD_BYTES = "record.max.bytes";
    static final String BAD_RECORDS = "bad.records";
    static final String KEY_FIELD = "key.field";
    static final String CSV_SEPARATOR = "csv.separator";
    static final String CSV_QUOTE = "csv.quote";
    static final String CSV_COLUMNS = "csv.columns";
    static final String CSV_TYPES = "csv.types";

    /** Of a task only. */
    static final String TASK = "task.number";

    static final String TASKS = "task.count";

    static final ConfigDef DEFINITION = definition();

    private final Map<String, ?> values;
    private final Map<String, String> given;

    FileSourceConfig(Map<String, String> given) {
        this.values = DEFINITION.parse(given);
        this.given = given;
    }

    private static ConfigDef definition() {
        ConfigDef definition = new ConfigDef();
        folder(definition);
        reading(definition);
        csv(definition);
        return definition;
    }

    private static void folder(ConfigDef definition) {
        definition
                .define(
                        PATH,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Checks.notEmpty("a folder on the machine where the worker runs"),
                        Importance.HIGH,
                        "The folder whose files are read")
                .define(
                        PATTERN,
                        ConfigDef.Type.STRING,
                        "*",
                        Checks.notEmpty("a pattern such as *.csv"),
                        Importance.HIGH,
                        "Which files of the folder: a name with * and ?")
                .define(
                        TOPIC,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Checks.notEmpty("the name of a topic"),
                        Importance.HIGH,
                        "The topic to which records go")
                .define(
                        ORDER,
                        ConfigDef.Type.STRING,
                        "name",
                        Checks.oneOf("name", "modified"),
                        Importance.MEDIUM,
                        "In which order files are taken")
                .define(
                        FOLLOW,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Files grow on: the end of a file is not the end of its last line")
                .define(
                        SETTLE,
                        ConfigDef.Type.LONG,
                        5_000,
                        Checks.atLeast(0),
                        Importance.MEDIUM,
                        "A file that was not written to for so long is complete, unless followed")
                .define(
                        FINISHED,
                        ConfigDef.Type.STRING,
                        "keep",
                        Checks.oneOf("keep", "move", "delete"),
                        Importance.MEDIUM,
                        "What becomes of a file that is complete and read")
                .define(
                        FINISHED_FOLDER,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Where read files are moved to")
                .define(
                        POLL_INTERVAL,
                        ConfigDef.Type.LONG,
                        1_000,
                        Checks.atLeast(1),
                        Importance.MEDIUM,
                        "Pause between two looks at the folder");
    }

    private static void reading(ConfigDef definition) {
        definition
                .define(
                        FORMAT,
                        ConfigDef.Type.STRING,
                        "lines",
                        Checks.oneOf(FileFormat.words()),
                        Importance.HIGH,
                        "What is in the files; json is a value in each line, or one array")
                .define(
                        BATCH,
                        ConfigDef.Type.INT,
                        500,
                        Checks.between(1, 100_000),
                        Importance.LOW,
                        "Records that are handed on at once")
                .define(
                        RECORD_BYTES,
                        ConfigDef.Type.INT,
                        1_000_000,
                        Checks.between(1, 100_000_000),
                        Importance.LOW,
                        "The longest line")
                .define(
                        BAD_RECORDS,
                        ConfigDef.Type.STRING,
                        "fail",
                        Checks.oneOf("fail", "skip"),
                        Importance.MEDIUM,
                        "What is done at a line that is not what it should be; skip writes it to"
                                + " the log")
                .define(
                        KEY_FIELD,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "The field whose value is the key");
    }

    private static void csv(ConfigDef definition) {
        definition
                .define(
                        CSV_SEPARATOR,
                        ConfigDef.Type.STRING,
                        ",",
                        Checks.oneOf(",", ";", "|", "tab", ":", " "),
                        Importance.LOW,
                        "What stands between two fields")
                .define(
                        CSV_QUOTE,
                        ConfigDef.Type.STRING,
                        "\"",
                        Checks.oneOf("\"", "'"),
                        Importance.LOW,
                        "What stands around a field")
                .define(
                        CSV_COLUMNS,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.LOW,
                        "Names of the columns when files have no header")
                .define(
                        CSV_TYPES,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.MEDIUM,
                        "Types of columns, as in id:int64,price:decimal(2),at:timestamp; the others"
                                + " are text");
    }

    Path folder() {
        return Path.of(text(PATH)).toAbsolutePath().normalize();
    }

    String pattern() {
        return text(PATTERN);
    }

    String topic() {
        return text(TOPIC);
    }

    FileFormat format() {
        return FileFormat.of(text(FORMAT));
    }

    boolean byName() {
        return text(ORDER).equalsIgnoreCase("name");
    }

    boolean follows() {
        return Boolean.TRUE.equals(values.get(FOLLOW));
    }

    Duration settle() {
        return millis(SETTLE);
    }

    boolean deletes() {
        return text(FINISHED).equalsIgnoreCase("delete");
    }

    boolean moves() {
        return text(FINISHED).equalsIgnoreCase("move");
    }

    @Nullable Path finishedFolder() {
        String folder = text(FINISHED_FOLDER);
        return folder.isBlank() ? null : Path.of(folder).toAbsolutePath().normalize();
    }

    Duration pollInterval() {
        return millis(POLL_INTERVAL);
    }

    int batch() {
        return number(BATCH);
    }

    int recordBytes() {
        return number(RECORD_BYTES);
    }

    boolean skipsBadRecords() {
        return text(BAD_RECORDS).equalsIgnoreCase("skip");
    }

    String keyField() {
        return text(KEY_FIELD);
    }

    CsvRecords.Options csv() {
        String separator = text(CSV_SEPARATOR);
        Csv csv =
                new Csv(
                        separator.equals("tab") ? '\t' : separator.charAt(0),
                        text(CSV_QUOTE).charAt(0));
        return new CsvRecords.Options(csv, list(CSV_COLUMNS), types(), topic(), recordBytes());
    }

    /** Throws an IllegalArgumentException whose message says which type is none. */
    Map<String, FieldType> types() {
        Map<String, FieldType> types = new HashMap<>();
        for (String entry : list(CSV_TYPES)) {
            int colon = entry.lastIndexOf(':');
            if (colon <= 0) {
                throw new IllegalArgumentException(
                        entry + " must be a column, a colon and a type, as in id:int64");
            }
            types.put(entry.substring(0, colon).strip(), FieldType.of(entry.substring(colon + 1)));
        }
        return types;
    }

    int task() {
        return Integer.parseInt(given.getOrDefault(TASK, "0"));
    }

    int tasks() {
        return Integer.parseInt(given.getOrDefault(TASKS, "1"));
    }

    private List<String> list(String name) {
        return ((List<?>) Objects.requireNonNull(values.get(name)))
                .stream().map(Object::toString).filter(text -> !text.isBlank()).toList();
    }

    private String text(String name) {
        return (String) Objects.requireNonNull(values.get(name));
    }

    private int number(String name) {
        return (Integer) Objects.requireNonNull(values.get(name));
    }

    private Duration millis(String name) {
        return Duration.ofMillis((Long) Objects.requireNonNull(values.get(name)));
    }
}
