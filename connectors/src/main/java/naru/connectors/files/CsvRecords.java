package naru.connectors.files;

import naru.connectors.files.Lines.Line;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A record for each line of a CSV file, with the columns that its header or the configuration
 * names.
 */
final class CsvRecords implements RecordReader {
    /**
     * @param columns empty when the first line of a file names them
     */
    record Options(
            Csv csv, List<String> columns, Map<String, FieldType> types, String name, int most) {}

    private final Options options;
    private final Path file;
    private final Lines lines;
    private long index;
    private @Nullable Schema schema;
    private List<FieldType> types = List.of();

    CsvRecords(Path file, Place place, Options options) throws IOException {
        this.options = options;
        this.file = file;
        this.index = place.index();
        this.lines = new Lines(file, place.position(), options.most(), options.csv().quote());
        if (!options.columns().isEmpty()) {
            shape(options.columns());
        }
    }

    @Override
    public @Nullable Found next(boolean complete) throws IOException, BadRecordException {
        Schema shaped = schema;
        if (shaped == null) {
            if (!readHeader(complete)) {
                return null;
            }
            shaped = schema;
        }
        while (shaped != null) {
            Line line = lines.next(complete);
            if (line == null) {
                return null;
            }
            index++;
            if (line.tooLong()) {
                throw new BadRecordException(
                        "record %d is longer than record.max.bytes".formatted(index));
            }
            if (!line.text().isEmpty()) {
                return new Found(
                        shaped, struct(shaped, line.text()), line.end(), index, line.end());
            }
        }
        return null;
    }

    /** The header is the first line, also when reading goes on far behind it. */
    private boolean readHeader(boolean complete) throws IOException, BadRecordException {
        try (Lines first = new Lines(file, 0, options.most(), options.csv().quote())) {
            Line line = first.next(complete);
            if (line == null) {
                return false;
            }
            List<String> names = new ArrayList<>();
            for (String name : options.csv().split(line.text())) {
                names.add(name == null ? "column" + (names.size() + 1) : name.strip());
            }
            shape(names);
        } catch (IllegalArgumentException e) {
            throw new BadRecordException("the header: " + e.getMessage());
        }
        if (index == 0) {
            index++;
            lines.next(complete);
        }
        return true;
    }

    private void shape(List<String> names) {
        SchemaBuilder builder = SchemaBuilder.struct().name(options.name());
        List<FieldType> found = new ArrayList<>();
        for (String name : names) {
            FieldType type = options.types().getOrDefault(name, FieldType.TEXT);
            found.add(type);
            builder.field(name, type.schema());
        }
        types = found;
        schema = builder.build();
    }

    private Struct struct(Schema shaped, String line) throws BadRecordException {
        List<@Nullable String> fields;
        try {
            fields = options.csv().split(line);
        } catch (IllegalArgumentException e) {
            throw new BadRecordException("record %d: %s".formatted(index, e.getMessage()));
        }
        if (fields.size() > types.size()) {
            throw new BadRecordException(
                    "record %d has %d fields, and there are %d columns"
                            .formatted(index, fields.size(), types.size()));
        }
        Struct struct = new Struct(shaped);
        for (int at = 0; at < fields.size(); at++) {
            String text = fields.get(at);
            if (text != null) {
                struct.put(shaped.fields().get(at), value(text, at, shaped));
            }
        }
        return struct;
    }

    private Object value(String text, int at, Schema shaped) throws BadRecordException {
        try {
            return types.get(at).value(text);
        } catch (RuntimeException e) {
            throw new BadRecordException(
                    "record %d, column %s: '%s' is no %s"
                            .formatted(
                                    index,
                                    shaped.fields().get(at).name(),
                                    text,
                                    types.get(at).kind().name().toLowerCase(Locale.ROOT)));
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
