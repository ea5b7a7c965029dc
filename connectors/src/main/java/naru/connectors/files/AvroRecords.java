package naru.connectors.files;

import naru.connectors.data.AvroValues;

import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The records of one of Avro's data files; its place is a block and a record within it. */
final class AvroRecords implements RecordReader {
    private final DataFileReader<Object> reader;
    private final Schema schema;
    private final long size;
    private long block;
    private long index;

    AvroRecords(Path file, Place place) throws IOException {
        this.size = Files.size(file);
        this.reader = new DataFileReader<>(file.toFile(), new GenericDatumReader<>());
        this.schema = AvroValues.connectSchema(reader.getSchema());
        if (place.position() > 0) {
            reader.seek(place.position());
        }
        this.block = reader.previousSync();
        for (long skipped = 0; skipped < place.index() && reader.hasNext(); skipped++) {
            reader.next();
            index++;
        }
    }

    /** A file that is still written may end within a block: what is not complete is not read. */
    @Override
    public @Nullable Found next(boolean complete) throws IOException {
        if (!complete) {
            return null;
        }
        try {
            if (!reader.hasNext()) {
                return null;
            }
            if (reader.previousSync() != block) {
                block = reader.previousSync();
                index = 0;
            }
            Object value = AvroValues.connect(reader.getSchema(), schema, reader.next());
            index++;
            return new Found(schema, value == null ? "" : value, block, index, size);
        } catch (AvroRuntimeException e) {
            throw new IOException("this is no whole Avro file: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
