package naru.app.logging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/** Writes each record with one call, so that lines of several processes do not mix. */
final class LineHandler extends Handler {
    private final OutputStream out;

    LineHandler(OutputStream out, LogFormat format) {
        this.out = out;
        setFormatter(format);
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record)) {
            return;
        }
        byte[] line = getFormatter().format(record).getBytes(StandardCharsets.UTF_8);
        synchronized (out) {
            try {
                out.write(line);
                out.flush();
            } catch (IOException nobodyReads) {
                // A log that cannot be written must not stop what is being logged.
                return;
            }
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
