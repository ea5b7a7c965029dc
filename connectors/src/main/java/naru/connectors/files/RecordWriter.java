package naru.connectors.files;

import naru.connectors.data.AvroValues;
import naru.connectors.data.JsonValues;

import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes records into one file in one format. A record that cannot be written is a DataException,
 * and the file is as it was before.
 */
sealed interface RecordWriter extends Closeable {
    void write(SinkRecord record) throws IOException;

    /** Whether a record of this schema belongs into the same file. */
    boolean takes(@Nullable Schema schema);

    static RecordWriter open(FileSinkConfig config, SinkRecord first, OutputStream out)
            throws IOException {
        return switch (config.format()) {
            case LINES -> new Text(out, false);
            case JSON -> new Text(out, true);
            case CSV -> Table.open(out, first, config.csvColumns());
            case AVRO -> Avro.open(out, first);
        };
    }

    /** A line for each record. */
    record Text(OutputStream out, boolean json) implements RecordWriter {
        @Override
        public void write(SinkRecord record) throws IOException {
            String line =
                    json
                            ? JsonValues.node(record.valueSchema(), record.value()).toString()
                            : JsonValues.text(record.valueSchema(), record.value());
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public boolean takes(@Nullable Schema schema) {
            return true;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** CSV with a header. */
    record Table(OutputStream out, @Nullable Schema schema, List<String> columns)
            implements RecordWriter {
        private static final Csv CSV = new Csv(',', '"');

        static Table open(OutputStream out, SinkRecord first, List<String> configured)
                throws IOException {
            List<String> columns =
                    first.value() instanceof Struct struct && configured.isEmpty()
                            ? struct.schema().fields().stream().map(Field::name).toList()
                            : configured;
            if (columns.isEmpty()) {
                throw new DataException(
                        "CSV needs records with fields, or the property csv.columns; this is "
                                + first.value());
            }
            Table table = new Table(out, first.valueSchema(), columns);
            table.line(columns);
            return table;
        }

        private void line(List<? extends @Nullable String> fields) throws IOException {
            out.write((CSV.join(new ArrayList<>(fields)) + "\n").getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void write(SinkRecord record) throws IOException {
            List<@Nullable String> fields = new ArrayList<>();
            for (String column : columns) {
                fields.add(field(record.value(), column));
            }
            line(fields);
        }

        private static @Nullable String field(@Nullable Object value, String column) {
            return switch (value) {
                case Struct struct -> {
                    Field field = struct.schema().field(column);
                    Object found = field == null ? null : struct.get(field);
                    yield field == null || found == null
                            ? null
                            : JsonValues.text(field.schema(), found);
                }
                case Map<?, ?> map -> {
                    Object found = map.get(column);
                    yield found == null ? null : JsonValues.text(null, found);
                }
                case null, default ->
                        throw new DataException("CSV needs records with fields; this is " + value);
            };
        }

        @Override
        public boolean takes(@Nullable Schema other) {
            return Objects.equals(schema, other);
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** Avro's data file. */
    record Avro(DataFileWriter<Object> file, org.apache.avro.Schema avro, Schema schema)
            implements RecordWriter {
        static Avro open(OutputStream out, SinkRecord first) throws IOException {
            Schema schema = first.valueSchema();
            if (schema == null) {
                throw new DataException(
                        "Avro needs records with a schema: set a value.converter that knows it");
            }
            org.apache.avro.Schema avro = AvroValues.avroSchema(schema, "Value");
            DataFileWriter<Object> file = new DataFileWriter<>(new GenericDatumWriter<>(avro));
            file.create(avro, out);
            return new Avro(file, avro, schema);
        }

        @Override
        public void write(SinkRecord record) throws IOException {
            if (record.value() == null) {
                throw new DataException("a record without a value has no place in an Avro file");
            }
            file.append(AvroValues.avro(avro, schema, record.value()));
        }

        @Override
        public boolean takes(@Nullable Schema other) {
            return schema.equals(other);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
