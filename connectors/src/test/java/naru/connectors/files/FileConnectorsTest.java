package naru.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.connectors.SinkRun;
import naru.connectors.SourceRun;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class FileConnectorsTest {
    private static final TopicPartition PARTITION = new TopicPartition("a-b.c", 0);
    private static final Schema SHIP =
            SchemaBuilder.struct()
                    .name("ship")
                    .field("id", Schema.INT64_SCHEMA)
                    .field("name", Schema.OPTIONAL_STRING_SCHEMA)
                    .build();

    @TempDir private Path folder;

    @Test
    void linesAreReadInTheOrderOfFilesAndARestartGoesOnInTheMiddle() throws Exception {
        write("b.log", "b1\nb2\n");
        write("a.log", "a1\r\na2\nlast without an end");
        write("c.txt", "not this\n");
        try (SourceRun run = source("batch.max.records", "2", "file.pattern", "*.log")) {
            List<Object> values = new ArrayList<>();
            while (values.size() < 5) {
                run.poll().forEach(record -> values.add(record.value()));
                run.restart();
            }
            assertThat(values).containsExactly("a1", "a2", "last without an end", "b1", "b2");
            assertThat(run.poll()).isEmpty();
        }
    }

    @Test
    void aGrowingFileIsFollowedAndAnotherOneOfTheSameNameIsReadFromItsBeginning() throws Exception {
        write("app.log", "one\ntw");
        try (SourceRun run = source("follow", "true")) {
            assertThat(run.read(1)).extracting(SourceRecord::value).containsExactly("one");
            Files.writeString(folder.resolve("app.log"), "o\nthree\n", StandardOpenOption.APPEND);
            assertThat(run.read(2)).extracting(SourceRecord::value).containsExactly("two", "three");
            Files.delete(folder.resolve("app.log"));
            write("app.log", "new and longer than what was there before\n");
            run.restart();
            assertThat(run.read(1).getFirst().value())
                    .isEqualTo("new and longer than what was there before");
        }
    }

    @Test
    void csvHasTypesQuotesAndLineFeedsWithinFields() throws Exception {
        write("ships.csv", "id;name;price;sails\n1;\"a \"\"b\"\"\nc\";1.50;2024-02-01\n2;;;\n");
        try (SourceRun run =
                source(
                        "format", "csv",
                        "csv.separator", ";",
                        "csv.types", "id:int64,price:decimal(2),sails:date",
                        "key.field", "id")) {
            List<SourceRecord> records = run.read(2);
            Struct first = (Struct) records.getFirst().value();
            assertThat(first.getInt64("id")).isEqualTo(1);
            assertThat(first.getString("name")).isEqualTo("a \"b\"\nc");
            assertThat(first.get("price")).hasToString("1.50");
            assertThat(records.getFirst().key()).isEqualTo(1L);
            Struct second = (Struct) records.getLast().value();
            assertThat(second.get("name")).isNull();
        }
        write("ships.csv", "id;name\nx;y\n");
        try (SourceRun run =
                source("format", "csv", "csv.separator", ";", "csv.types", "id:int64")) {
            assertThatThrownBy(() -> run.read(1))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("record 2, column id: 'x' is no int64");
        }
    }

    @Test
    void jsonIsReadFromLinesAndFromAnArray() throws Exception {
        write("a.json", "{\"n\": 1}\n{\"n\": 2, \"more\": [true, null]}\n");
        write("b.json", " [ {\"n\": 3}, {\"n\": 4} ] ");
        try (SourceRun run = source("format", "json", "batch.max.records", "1")) {
            List<Object> numbers = new ArrayList<>();
            while (numbers.size() < 4) {
                run.poll().forEach(r -> numbers.add(((Map<?, ?>) r.value()).get("n")));
                run.restart();
            }
            assertThat(numbers).containsExactly(1L, 2L, 3L, 4L);
        }
    }

    @Test
    void aReadFileIsDeletedOrMoved() throws Exception {
        write("x.txt", "1\n");
        try (SourceRun run = source("finished", "delete")) {
            run.read(1);
            pollUntil(run, () -> !Files.exists(folder.resolve("x.txt")));
        }
        write("y.txt", "1\n");
        Path done = folder.resolve("done");
        try (SourceRun run = source("finished", "move", "finished.folder", done.toString())) {
            run.read(1);
            pollUntil(run, () -> Files.exists(done.resolve("y.txt")));
        }
    }

    @Test
    void aBadLineIsLeftOutWhenAsked() throws Exception {
        write("x.txt", "short\n" + "x".repeat(200) + "\nend\n");
        try (SourceRun run = source("record.max.bytes", "100", "bad.records", "skip")) {
            assertThat(run.read(2)).extracting(SourceRecord::value).containsExactly("short", "end");
        }
    }

    @Test
    void everyRecordIsInExactlyOneFinishedFileWhateverIsRestarted() throws Exception {
        for (String format : List.of("lines", "json", "csv", "avro")) {
            Path target = folder.resolve(format);
            long offset = 0;
            for (int restarts = 0; restarts < 4; restarts++) {
                try (SinkRun run = sink(target, format)) {
                    offset = run.rewound().getOrDefault(PARTITION, 0L);
                    run.put(ships(offset, 25));
                    Map<TopicPartition, OffsetAndMetadata> offsets = run.offsets();
                    assertThat(offsets)
                            .containsEntry(PARTITION, new OffsetAndMetadata(offset + 20));
                }
            }
            assertThat(names(target.resolve("a-b.c"))).hasSize(8).noneMatch(n -> n.startsWith("."));
        }
    }

    @Test
    void whatTheSinkWroteTheSourceReads() throws Exception {
        for (String format : List.of("csv", "avro", "json")) {
            Path target = folder.resolve(format);
            try (SinkRun run = sink(target, format)) {
                run.put(ships(0, 20));
            }
            Map<String, String> properties = properties("format", format);
            properties.put("path", target.resolve("a-b.c").toString());
            try (SourceRun run = new SourceRun(FileSourceTask::new, properties)) {
                List<String> ids = new ArrayList<>();
                while (ids.size() < 20) {
                    for (SourceRecord record : run.read(1)) {
                        Object value = record.value();
                        ids.add(
                                value instanceof Struct struct
                                        ? struct.get("id").toString()
                                        : "" + ((Map<?, ?>) value).get("id"));
                    }
                    run.restart();
                }
                assertThat(ids).isEqualTo(IntStream.range(0, 20).mapToObj(n -> "" + n).toList());
            }
        }
    }

    @Test
    void validationSaysWhatIsWrong() {
        Map<String, String> given = properties("finished", "move");
        given.put("path", folder.resolve("none").toString());
        given.put("csv.types", "id:number");
        List<ConfigValue> values = new FileSourceConnector().validate(given).configValues();
        assertThat(values)
                .flatMap(ConfigValue::errorMessages)
                .anyMatch(sentence -> sentence.contains("there is no folder"))
                .anyMatch(sentence -> sentence.contains("finished=move needs the folder"))
                .anyMatch(sentence -> sentence.contains("number is no type; it is string"));
    }

    private void pollUntil(SourceRun run, BooleanSupplier condition) throws InterruptedException {
        for (int tries = 0; tries < 1_000 && !condition.getAsBoolean(); tries++) {
            run.poll();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static List<SinkRecord> ships(long from, int count) {
        List<SinkRecord> records = new ArrayList<>();
        for (long offset = from; offset < from + count; offset++) {
            Struct ship = new Struct(SHIP).put("id", offset).put("name", "ship, \"" + offset);
            records.add(new SinkRecord("a-b.c", 0, null, null, SHIP, ship, offset));
        }
        return records;
    }

    private static SinkRun sink(Path target, String format) {
        return new SinkRun(
                new FileSinkTask(),
                Map.of("path", target.toString(), "format", format, "rotate.records", "10"),
                PARTITION);
    }

    private SourceRun source(String... settings) {
        return new SourceRun(FileSourceTask::new, properties(settings));
    }

    private Map<String, String> properties(String... settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("path", folder.toString());
        properties.put("topic", "t");
        properties.put("settle.ms", "0");
        properties.put("poll.interval.ms", "10");
        for (int index = 0; index < settings.length; index += 2) {
            properties.put(settings[index], settings[index + 1]);
        }
        return properties;
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
