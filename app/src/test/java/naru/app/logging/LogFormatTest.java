package naru.app.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.app.terminal.Paint;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;

class LogFormatTest {
    private static LogRecord record(Level level, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setLoggerName("naru.broker.partition.Partition");
        record.setInstant(Instant.parse("2026-11-21T02:39:54.123456Z"));
        return record;
    }

    @Test
    void lineTellsTimeLevelAreaAndMessage() {
        String line =
                LogFormat.lines(new Paint(false)).format(record(Level.INFO, "leads orders-0"));

        assertThat(line)
                .isEqualTo("2026-11-21T02:39:54.123Z INFO   partition     leads orders-0\n");
    }

    @Test
    void warningTellsCausesButNoStack() {
        LogRecord record = record(Level.WARNING, "cannot write");
        record.setThrown(new IllegalStateException("outer", new IOException("disk\nfull")));

        String line = LogFormat.lines(new Paint(false)).format(record);

        assertThat(line)
                .endsWith(
                        "cannot write: IllegalStateException: outer; because of IOException:"
                                + " disk\\nfull\n");
    }

    @Test
    void errorTellsTheStack() {
        LogRecord record = record(Level.SEVERE, "invariant broken");
        record.setThrown(new IllegalStateException("x"));

        assertThat(LogFormat.lines(new Paint(false)).format(record))
                .contains("        at naru.app.logging.LogFormatTest.errorTellsTheStack");
    }

    @Test
    void messageCannotBeginALine() {
        String forged = "x\n2026-11-21T02:39:54.123Z INFO  all is well\r\u001b[2J";

        String line = LogFormat.lines(new Paint(false)).format(record(Level.INFO, forged));

        assertThat(line.lines()).hasSize(1);
        assertThat(line).doesNotContain("\u001b", "\r");
    }

    @Test
    void jsonIsOneLineWithTheSameFacts() {
        LogRecord record = record(Level.WARNING, "a \"b\"\nc");
        record.setThrown(new IOException("gone"));

        assertThat(LogFormat.json().format(record))
                .isEqualTo(
                        "{\"time\":\"2026-11-21T02:39:54.123Z\",\"level\":\"WARN\",\"area\":\"partition\","
                            + "\"logger\":\"naru.broker.partition.Partition\",\"message\":\"a"
                            + " \\\"b\\\"\\nc\",\"causes\":[\"IOException: gone\"]}\n");
    }

    @Test
    void unknownLevelIsToldWithThoseThatExist() {
        assertThat(Logging.level("DEBUG")).isEqualTo(Level.FINE);
        assertThatThrownBy(() -> Logging.level("loud")).hasMessageContaining("debug");
    }
}
