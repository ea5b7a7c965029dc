package naru.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.log.LogFixture.Seen;
import naru.log.checkpoint.CleanShutdownFile;
import naru.log.checkpoint.PartitionMetadataFile;
import naru.log.disk.LocalDisk;
import naru.log.segment.SegmentFiles;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.checkpoint.CleanShutdownFileHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What a data folder holds of its partitions, from their making to the next start. */
class LogDirectoryTest {
    @TempDir Path folder;

    private static List<String> files(Path partition) throws IOException {
        try (Stream<Path> files = Files.list(partition)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aNewPartitionIsAFolderThatSaysWhoseItIs() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fixture.log().beginEpoch(3);
        assertThat(files(fixture.partitionFolder())).containsExactly(PartitionMetadataFile.NAME);
        fixture.reopenCleanly();
        assertThat(files(fixture.partitionFolder())).containsExactly(PartitionMetadataFile.NAME);
        fixture.append("first");
        assertThat(fixture.readAll(0, 1000)).containsExactly(new Seen(0, "first"));
    }

    @Test
    void aPartitionWhoseMetadataWasLostIsTakenBackWithItsRecords() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fixture.append("kept");
        fixture.kill();
        Files.write(fixture.partitionFolder().resolve(PartitionMetadataFile.NAME), new byte[0]);
        fixture.reopen();
        assertThat(fixture.log().topicId()).isEqualTo(Uuid.ZERO_UUID);
        Uuid topicId = Uuid.randomUuid();

        PartitionLog taken =
                fixture.directory().create(LogFixture.PARTITION, topicId, LogConfig.DEFAULTS);

        assertThat(taken.topicId()).isEqualTo(topicId);
        assertThat(PartitionMetadataFile.read(new LocalDisk(), fixture.partitionFolder()))
                .contains(topicId);
        assertThat(fixture.readAll(0, 1000)).containsExactly(new Seen(0, "kept"));
    }

    @Test
    void aFolderOfAnotherTopicIsSetAside() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fixture.append("of the other");
        PartitionLog made =
                fixture.directory()
                        .create(LogFixture.PARTITION, Uuid.randomUuid(), LogConfig.DEFAULTS);
        assertThat(made.logEndOffset()).isZero();
        assertThat(folder.toFile().list()).anyMatch(name -> name.endsWith("-stray"));
    }

    @Test
    void indexesThatNeverReachedTheDiskOfAShortLogCostNothing() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fixture.append("only");
        long timestamp = fixture.clock.millis();
        fixture.directory().close();
        Path times = SegmentFiles.path(fixture.partitionFolder(), 0, SegmentFiles.TIME_INDEX);
        Files.write(times, new byte[(int) Files.size(times)]);

        fixture.reopen();

        assertThat(fixture.log().maxTimestampOffset(1))
                .contains(new TimestampedOffset(0, timestamp, 0));
        assertThat(fixture.log().offsetForTimestamp(timestamp, 1)).isPresent();
    }

    @Test
    void manyPartitionsAreOpenedAsTheyWereClosed() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        for (int i = 1; i < 100; i++) {
            PartitionLog log =
                    fixture.directory()
                            .create(
                                    new TopicPartition("many", i),
                                    Uuid.randomUuid(),
                                    LogConfig.DEFAULTS);
            log.beginEpoch(i);
        }
        fixture.reopenCleanly();
        for (int i = 1; i < 100; i++) {
            TopicPartition partition = new TopicPartition("many", i);
            PartitionLog log = Objects.requireNonNull(fixture.directory().log(partition));
            assertThat(log.logEndOffset()).isZero();
        }
    }

    @Test
    void theEpochOfACleanStopIsToldAtTheNextStartAndOnlyThere() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        assertThat(fixture.directory().previousBrokerEpoch()).isEmpty();
        fixture.directory().close(77);
        assertThat(folder.resolve(".kafka_cleanshutdown"))
                .hasContent("{\"version\":0,\"brokerEpoch\":77}");
        fixture.reopen();
        assertThat(fixture.directory().previousBrokerEpoch()).hasValue(77);
        fixture.reopenAfterKill();
        assertThat(fixture.directory().previousBrokerEpoch()).isEmpty();
        fixture.reopenCleanly();
        assertThat(fixture.directory().previousBrokerEpoch()).isEmpty();
    }

    @Test
    void theMarkOfACleanStopIsKafkasBothWays() throws Exception {
        var kafkas = new CleanShutdownFileHandler(folder.toString());
        kafkas.write(5);
        assertThat(CleanShutdownFile.read(new LocalDisk(), folder).orElseThrow().brokerEpoch())
                .hasValue(5);
        CleanShutdownFile.write(new LocalDisk(), folder, 6);
        assertThat(kafkas.read()).hasValue(6);
        Files.write(folder.resolve(CleanShutdownFile.NAME), new byte[0]);
        assertThat(CleanShutdownFile.read(new LocalDisk(), folder).orElseThrow().brokerEpoch())
                .isEmpty();
    }

    private LogFixture withBrokenFolder(TopicPartition partition) throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        Uuid broken = Uuid.randomUuid();
        fixture.directory().create(partition, broken, LogConfig.DEFAULTS).beginEpoch(0);
        fixture.directory().close();
        Path epochs = folder.resolve(partition.toString()).resolve("leader-epoch-checkpoint");
        Files.deleteIfExists(epochs);
        Files.createDirectory(epochs);
        Files.writeString(epochs.resolve("in the way"), "of reading it");
        fixture.reopen();
        assertThat(fixture.directory().offline()).containsOnlyKeys(partition);
        assertThatThrownBy(() -> fixture.directory().create(partition, broken, LogConfig.DEFAULTS))
                .isInstanceOf(LogStorageException.class);
        return fixture;
    }

    @Test
    void aFolderThatCannotBeServedMakesPlaceForATopicMadeAnew() throws IOException {
        TopicPartition partition = new TopicPartition("bad", 0);
        LogFixture fixture = withBrokenFolder(partition);
        PartitionLog made =
                fixture.directory().create(partition, Uuid.randomUuid(), LogConfig.DEFAULTS);
        assertThat(made.logEndOffset()).isZero();
        assertThat(fixture.directory().offline()).isEmpty();
        assertThat(folder.toFile().list()).anyMatch(name -> name.endsWith("-stray"));
    }

    @Test
    void aFolderThatCannotBeServedGoesWithItsTopic() throws IOException {
        TopicPartition partition = new TopicPartition("bad", 0);
        LogFixture fixture = withBrokenFolder(partition);
        fixture.directory().delete(partition);
        assertThat(fixture.directory().offline()).isEmpty();
        assertThat(folder.resolve("bad-0")).doesNotExist();
    }

    @Test
    void aClosedFolderTakesNoNewPartitions() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fixture.directory().close();
        assertThatThrownBy(() ->
                        fixture.directory()
                                .create(
                                        new TopicPartition("late", 0),
                                        Uuid.randomUuid(),
                                        LogConfig.DEFAULTS))
                .isInstanceOf(LogStorageException.class)
                .hasMessageContaining("is closed");
    }
}
