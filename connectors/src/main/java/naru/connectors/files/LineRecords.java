package naru.connectors.files;

import naru.connectors.data.JsonValues;
import naru.connectors.files.Lines.Line;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A record for each line: the line itself, or the JSON that is in it. */
final class LineRecords implements RecordReader {
    private final Lines lines;
    private final boolean json;
    private long index;

    LineRecords(Path file, Place place, int most, boolean json) throws IOException {
        this.lines = new Lines(file, place.position(), most, -1);
        this.json = json;
        this.index = place.index();
    }

    @Override
    public @Nullable Found next(boolean complete) throws IOException, BadRecordException {
        while (true) {
            Line line = lines.next(complete);
            if (line == null) {
                return null;
            }
            index++;
            if (line.tooLong()) {
                throw new BadRecordException(
                        "line %d is longer than record.max.bytes".formatted(index));
            }
            if (!json) {
                return new Found(Schema.STRING_SCHEMA, line.text(), line.end(), index, line.end());
            }
            if (!line.text().isBlank()) {
                return new Found(null, parsed(line.text()), line.end(), index, line.end());
            }
        }
    }

    private Object parsed(String text) throws BadRecordException {
        try {
            Object value =
                    JsonValues.value(JsonValues.parse(text.getBytes(StandardCharsets.UTF_8)));
            return value == null ? "" : value;
        } catch (DataException e) {
            throw new BadRecordException("line %d: %s".formatted(index, e.getMessage()));
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
