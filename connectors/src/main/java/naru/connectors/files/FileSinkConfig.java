package naru.connectors.files;

import naru.connectors.Checks;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the file sink is told. */
final class FileSinkConfig {
    static final String PATH = "path";
    static final String FORMAT = "format";
    static final String ROTATE_RECORDS = "rotate.records";
    static final String ROTATE_BYTES = "rotate.bytes";
    static final String ROTATE_INTERVAL = "rotate.interval.ms";
    static final String CSV_COLUMNS = "csv.columns";

    static final ConfigDef DEFINITION =
            new ConfigDef()
                    .define(
                            PATH,
                            ConfigDef.Type.STRING,
                            ConfigDef.NO_DEFAULT_VALUE,
                            Checks.notEmpty("a folder on the machine where the worker runs"),
                            Importance.HIGH,
                            "The folder under which each topic gets one of its own")
                    .define(
                            FORMAT,
                            ConfigDef.Type.STRING,
                            "json",
                            Checks.oneOf(FileFormat.words()),
                            Importance.HIGH,
                            "How records are written")
                    .define(
                            ROTATE_RECORDS,
                            ConfigDef.Type.LONG,
                            10_000,
                            Checks.atLeast(1),
                            Importance.MEDIUM,
                            "A file is finished after so many records")
                    .define(
                            ROTATE_BYTES,
                            ConfigDef.Type.LONG,
                            64_000_000,
                            Checks.atLeast(1),
                            Importance.MEDIUM,
                            "A file is finished after so many bytes")
                    .define(
                            ROTATE_INTERVAL,
                            ConfigDef.Type.LONG,
                            60_000,
                            Checks.atLeast(1),
                            Importance.MEDIUM,
                            "A file is finished so long after its first record; looked at when"
                                    + " Connect commits")
                    .define(
                            CSV_COLUMNS,
                            ConfigDef.Type.LIST,
                            List.of(),
                            Importance.LOW,
                            "The columns of CSV, for records without a schema");

    private final Map<String, ?> values;

    FileSinkConfig(Map<String, String> given) {
        this.values = DEFINITION.parse(given);
    }

    Path folder() {
        return Path.of((String) value(PATH)).toAbsolutePath().normalize();
    }

    FileFormat format() {
        return FileFormat.of((String) value(FORMAT));
    }

    long rotateRecords() {
        return (Long) value(ROTATE_RECORDS);
    }

    long rotateBytes() {
        return (Long) value(ROTATE_BYTES);
    }

    Duration rotateInterval() {
        return Duration.ofMillis((Long) value(ROTATE_INTERVAL));
    }

    List<String> csvColumns() {
        return ((List<?>) value(CSV_COLUMNS)).stream().map(Object::toString).toList();
    }

    private Object value(String name) {
        return Objects.requireNonNull(values.get(name));
    }
}
