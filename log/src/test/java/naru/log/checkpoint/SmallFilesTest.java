package naru.log.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.log.disk.LocalDisk;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

final class SmallFilesTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void offsetCheckpointsAreKafkasBothWays(boolean force) throws IOException {
        Map<TopicPartition, Long> offsets =
                Map.of(
                        new TopicPartition("a.b_c-d", 0), 5L,
                        new TopicPartition("a.b_c-d", 11), Long.MAX_VALUE,
                        new TopicPartition("x", 3), 0L);
        OffsetCheckpoint ours =
                new OffsetCheckpoint(new LocalDisk(), folder, OffsetCheckpoint.RECOVERY_POINT);
        OffsetCheckpointFile kafkas =
                new OffsetCheckpointFile(
                        folder.resolve(OffsetCheckpoint.RECOVERY_POINT).toFile(),
                        new LogDirFailureChannel(1));
        ours.write(offsets, force);
        assertThat(kafkas.read()).isEqualTo(offsets);
        kafkas.write(Map.of(new TopicPartition("y", 1), 9L));
        assertThat(ours.read()).isEqualTo(Map.of(new TopicPartition("y", 1), 9L));
    }

    @Test
    void noFileAndAnEmptyOneAreNoOffsets() throws IOException {
        Files.createFile(folder.resolve(OffsetCheckpoint.HIGH_WATERMARK));
        assertThat(
                        new OffsetCheckpoint(
                                        new LocalDisk(), folder, OffsetCheckpoint.HIGH_WATERMARK)
                                .read())
                .isEmpty();
        assertThat(new OffsetCheckpoint(new LocalDisk(), folder, OffsetCheckpoint.LOG_START).read())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "2\n0\n",
                "0\n1\n",
                "0\n-1\n",
                "0\n1\na 0\n",
                "0\n1\na b 1\n",
                "0\n1\na 0 -4\n",
                "0\n1\na 0 1\nb 0 2\n",
                "0\n99999999999\n"
            })
    void aDamagedOffsetCheckpointIsCorrupt(String content) throws IOException {
        Files.writeString(folder.resolve(OffsetCheckpoint.HIGH_WATERMARK), content);
        OffsetCheckpoint checkpoint =
                new OffsetCheckpoint(new LocalDisk(), folder, OffsetCheckpoint.HIGH_WATERMARK);
        assertThatThrownBy(checkpoint::read)
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(OffsetCheckpoint.HIGH_WATERMARK);
    }

    @Test
    void partitionMetadataIsKafkasBothWays() throws IOException {
        assertThat(PartitionMetadataFile.read(new LocalDisk(), folder)).isEmpty();
        Uuid ours = Uuid.randomUuid();
        PartitionMetadataFile.write(new LocalDisk(), folder, ours);
        assertThat(kafkasMetadataFile().read().topicId()).isEqualTo(ours);
        assertThat(PartitionMetadataFile.read(new LocalDisk(), folder)).contains(ours);

        Files.delete(folder.resolve(PartitionMetadataFile.NAME));
        Uuid theirs = Uuid.randomUuid();
        var kafkas = kafkasMetadataFile();
        kafkas.record(theirs);
        kafkas.maybeFlush();
        String written = Files.readString(folder.resolve(PartitionMetadataFile.NAME));
        assertThat(PartitionMetadataFile.read(new LocalDisk(), folder)).contains(theirs);
        PartitionMetadataFile.write(new LocalDisk(), folder, theirs);
        assertThat(folder.resolve(PartitionMetadataFile.NAME)).hasContent(written);
    }

    private org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile
            kafkasMetadataFile() {
        return new org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile(
                folder.resolve(PartitionMetadataFile.NAME).toFile(), new LogDirFailureChannel(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "vers",
                "version: 0",
                "version: 0\ntopic_id: ",
                "version: 0\ntopic_id: AAAAAA"
            })
    void tornPartitionMetadataIsAsGoodAsNone(String content) throws IOException {
        Files.writeString(folder.resolve(PartitionMetadataFile.NAME), content);
        assertThat(PartitionMetadataFile.read(new LocalDisk(), folder)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version: 1\ntopic_id: AAAAAAAAAAAAAAAAAAAAAw",
                "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA",
                "version: 0\ntopic_id: !!!!!!!!!!!!!!!!!!!!!!",
                "x"
            })
    void damagedPartitionMetadataIsCorrupt(String content) throws IOException {
        Files.writeString(folder.resolve(PartitionMetadataFile.NAME), content);
        assertThatThrownBy(() -> PartitionMetadataFile.read(new LocalDisk(), folder))
                .isInstanceOf(CorruptFileException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 43})
    void partitionMetadataThatNeverReachedTheDiskIsNone(int zeros) throws IOException {
        Files.write(folder.resolve(PartitionMetadataFile.NAME), new byte[zeros]);
        assertThat(PartitionMetadataFile.read(new LocalDisk(), folder)).isEmpty();
    }

    @Test
    void aHeldFolderSaysWhoHoldsIt() throws IOException {
        try (DataFolder held = DataFolder.open(new LocalDisk(), folder)) {
            assertThatThrownBy(() -> DataFolder.open(new LocalDisk(), held.path()))
                    .isInstanceOf(DataFolder.HeldException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + ", started");
        }
        DataFolder.open(new LocalDisk(), folder).close();
    }
}
