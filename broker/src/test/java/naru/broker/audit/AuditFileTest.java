package naru.broker.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

class AuditFileTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    @TempDir Path folder;

    private AuditFile open(int maxPerSecond, long maxBytes, int kept) throws IOException {
        return AuditFile.open(
                new AuditFile.Options(
                        folder.resolve("audit.log"),
                        AuditLevel.CHANGES,
                        maxPerSecond,
                        maxBytes,
                        kept),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static void fail(AuditFile file, String name) {
        file.onAuthenticationFailed(
                "SASL", InetAddress.getLoopbackAddress(), "PLAIN", name, "wrong password");
    }

    private List<String> lines(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name));
    }

    @Test
    void everyEntryIsALineOfJson() throws IOException {
        try (AuditFile file = open(10, 1 << 20, 1)) {
            fail(file, "anna");
        }

        assertThat(lines("audit.log"))
                .containsExactly(
                        "{\"time\":\"2026-11-21T10:00:00Z\",\"event\":\"authentication\","
                                + "\"outcome\":\"failed\",\"claimed\":\"anna\","
                                + "\"client\":\"127.0.0.1\",\"listener\":\"SASL\","
                                + "\"mechanism\":\"PLAIN\",\"reason\":\"wrong password\"}");
    }

    @Test
    void aNameCannotForgeALine() throws IOException {
        try (AuditFile file = open(10, 1 << 20, 1)) {
            fail(file, "x\"}\n{\"event\":\"access\"\u001b[2J\u202e\\");
        }

        assertThat(lines("audit.log"))
                .singleElement()
                .asString()
                .contains(
                        "\"claimed\":\"x\\\"}\\u000a{\\\"event\\\":\\\"access\\\"\\u001b[2J\\u202e\\\\\"");
    }

    @Test
    void longTextsAreCut() throws IOException {
        try (AuditFile file = open(10, 1 << 20, 1)) {
            fail(file, "x".repeat(100_000));
        }

        assertThat(lines("audit.log")).singleElement().asString().hasSizeLessThan(1000);
    }

    @Test
    void whatIsAboveTheRateIsCounted() throws IOException {
        try (AuditFile file = open(3, 1 << 20, 1)) {
            for (int i = 0; i < 10; i++) {
                fail(file, "anna");
            }
        }

        assertThat(lines("audit.log"))
                .filteredOn(line -> line.contains("authentication"))
                .hasSize(3);
        assertThat(
                        lines("audit.log").stream()
                                .filter(line -> line.contains("\"event\":\"dropped\""))
                                .mapToInt(line ->
                                        Integer.parseInt(line.replaceAll(".*:(\\d+)}", "$1")))
                                .sum())
                .as("in one line or in several, as the writer comes to it")
                .isEqualTo(7);
    }

    @Test
    void aFullFileIsPutAside() throws IOException {
        try (AuditFile file = open(1000, 1000, 2)) {
            for (int i = 0; i < 40; i++) {
                fail(file, "user-" + i);
            }
        }

        assertThat(folder.resolve("audit.log.1")).exists();
        assertThat(folder.resolve("audit.log.2")).exists();
        assertThat(folder.resolve("audit.log.3")).doesNotExist();
        assertThat(Files.size(folder.resolve("audit.log.1"))).isLessThanOrEqualTo(1000);
        assertThat(lines("audit.log").getLast()).contains("user-39");
    }

    @Test
    void anExistingFileIsContinuedAndANewOneIsPrivate() throws IOException {
        try (AuditFile file = open(10, 1 << 20, 1)) {
            fail(file, "first");
        }
        try (AuditFile file = open(10, 1 << 20, 1)) {
            fail(file, "second");
        }

        assertThat(lines("audit.log")).hasSize(2);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("audit.log"))))
                .isEqualTo("rw-------");
    }
}
