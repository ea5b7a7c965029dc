package naru.connectors.files;

import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;

/** Reads the records of one file from a place on. Owned by the task's thread. */
interface RecordReader extends Closeable {
    /**
     * One record.
     *
     * @param schema null for data without one
     * @param position where the next record begins
     * @param index of the next record
     * @param read how many bytes of the file were read for all so far
     */
    record Found(@Nullable Schema schema, Object value, long position, long index, long read) {}

    /** A record that is not what it should be; the next one can be read. */
    final class BadRecordException extends Exception {
        private static final long serialVersionUID = 1L;

        BadRecordException(String message) {
            super(message);
        }
    }

    /**
     * The next record, or null when there is none yet.
     *
     * @param complete nobody writes to the file any more, so its end is the end of a record
     */
    @Nullable Found next(boolean complete) throws IOException, BadRecordException;
}
