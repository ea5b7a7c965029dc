package naru.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;

import naru.connectors.SinkRun;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The file sink behind a transform that gives records other topics. */
class RoutedFileSinkTest {
    private static final TopicPartition A = new TopicPartition("a", 0);
    private static final TopicPartition B = new TopicPartition("b", 0);

    @TempDir private Path folder;

    @Test
    void noRecordIsLeftOutAndOffsetsAreThoseOfThePartitionsThatAreRead() throws Exception {
        Map<String, String> properties =
                Map.of("path", folder.toString(), "format", "lines", "rotate.records", "2");
        try (SinkRun run = new SinkRun(new FileSinkTask(), properties, A, B)) {
            run.put(List.of(renamed(A, 8), renamed(A, 9), renamed(B, 3), renamed(B, 4)));
            assertThat(run.offsets())
                    .containsOnly(
                            Map.entry(A, new OffsetAndMetadata(10)),
                            Map.entry(B, new OffsetAndMetadata(5)));
        }
        assertThat(lines()).containsExactlyInAnyOrder("a-0@8", "a-0@9", "b-0@3", "b-0@4");
    }

    private static SinkRecord renamed(TopicPartition from, long offset) {
        SinkRecord record =
                new SinkRecord(
                        from.topic(),
                        from.partition(),
                        null,
                        null,
                        null,
                        from + "@" + offset,
                        offset);
        return record.newRecord(
                "merged", record.kafkaPartition(), null, null, null, record.value(), null);
    }

    private List<String> lines() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .flatMap(file -> {
                        try {
                            return Files.readAllLines(file).stream();
                        } catch (IOException fault) {
                            throw new UncheckedIOException(fault);
                        }
                    })
                    .toList();
        }
    }
}
