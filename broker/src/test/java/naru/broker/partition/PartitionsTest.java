package naru.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.log.AppendOutcome;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.Origin;
import naru.log.PartitionLog;
import naru.log.disk.LocalDisk;
import naru.log.producer.AppendTerms;
import naru.quorum.ClusterChange;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

class PartitionsTest {
    private static final String TOPIC = "placed";

    @TempDir Path folder;
    private LogDirectory logs;
    private Partitions partitions;

    @BeforeEach
    void open() {
        TopicConfigs configs =
                new TopicConfigs(() -> NodeConfig.parse(Map.of()), () -> OneTopic.NONE);
        logs =
                LogDirectory.open(
                        LogDirectoryOptions.of(
                                folder,
                                Uuid.randomUuid(),
                                any -> configs.effective(any.topic()).log()),
                        new LocalDisk(),
                        Clock.systemUTC());
        partitions =
                new Partitions(
                        1, LogDirectories.of(logs), configs, (topic, index, directory) -> {});
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private void show(OneTopic image) {
        show(partitions, image);
    }

    private static void show(Partitions partitions, OneTopic image) {
        partitions.onImage(
                new ClusterChange(
                        List.of(
                                new ClusterChange.TopicChange(
                                        TOPIC, image.id(), Map.of(0, image.state()))),
                        List.of(),
                        Set.of(),
                        false,
                        ClusterChange.AccessRuleChange.NONE),
                image);
    }

    @Test
    void aLogStaysWhoseTopicIsThereAndIsSetAsideWithoutIt() throws IOException {
        OneTopic led = OneTopic.of(TOPIC, Uuid.randomUuid(), 1, 1);
        show(led);
        OneTopic orphan = OneTopic.of(TOPIC, led.id(), -1, 2);
        show(orphan);
        partitions.logs().retainOnly(log -> partitions.isPlacedHere(orphan, log));
        assertThat(logs.logs()).hasSize(1);
        partitions.logs().retainOnly(log -> partitions.isPlacedHere(OneTopic.NONE, log));
        assertThat(logs.logs()).isEmpty();
        try (Stream<Path> folders = Files.list(folder)) {
            assertThat(folders.map(each -> each.getFileName().toString()))
                    .anyMatch(name -> name.startsWith(TOPIC + "-0.") && name.endsWith("-stray"));
        }
    }

    @Test
    void aTopicMadeAnewUnderItsNameSendsAwayWhoWaitsOnTheFormer() {
        List<String> told = new ArrayList<>();
        show(OneTopic.of(TOPIC, Uuid.randomUuid(), 1, 1));
        Partition former = requireNonNull(partitions.get(TOPIC, 0));
        assertThat(
                        former.awaitData(
                                new DataListener() {
                                    @Override
                                    public void onChange() {
                                        told.add("changed");
                                    }

                                    @Override
                                    public boolean isDone() {
                                        return false;
                                    }
                                },
                                View.REPLICATED,
                                0))
                .isTrue();
        OneTopic anew = OneTopic.of(TOPIC, Uuid.randomUuid(), 1, 1);
        show(anew);
        assertThat(told).containsExactly("changed");
        assertThat(former.standing()).isInstanceOf(Standing.Gone.class);
        assertThat(requireNonNull(partitions.get(TOPIC, 0)).topicId()).isEqualTo(anew.id());
        assertThat(partitions.get(former.topicId(), 0)).isNull();
    }

    @Test
    void whatALeaderAppendsWhileTheNextEpochBeginsIsRefusedAtOnce() {
        show(OneTopic.of(TOPIC, Uuid.randomUuid(), 1, 1));
        Partition partition = requireNonNull(partitions.get(TOPIC, 0));
        requireNonNull(partition.ledLog()).beginEpoch(2);
        assertThat(partition.append(record(), Origin.CLIENT, true))
                .isEqualTo(AppendOutcome.EPOCH_OVER);
    }

    @Test
    void whoDoesNotLeadFollowsInTheLogThatIsThere() {
        OneTopic led = OneTopic.of(TOPIC, Uuid.randomUuid(), 1, 1);
        show(led);
        Partition partition = requireNonNull(partitions.get(TOPIC, 0));
        PartitionLog log = requireNonNull(partition.ledLog());
        show(OneTopic.of(TOPIC, led.id(), 2, 2));
        assertThat(partition.standing()).isEqualTo(new Standing.Following(log, 2, 2, true));
        assertThat(partition.append(record(), Origin.CLIENT, true))
                .isEqualTo(AppendOutcome.EPOCH_OVER);
        assertThat(log.logEndOffset()).isZero();
    }

    private static ByteBuffer record() {
        return MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord("record".getBytes(UTF_8)))
                .buffer();
    }

    @Test
    void whatAKilledProcessHadStoredIsSyncedAndSeenWithoutAnotherAppend() {
        NodeConfig fsync = NodeConfig.parse(Map.of("naru.ack", "fsync"));
        TopicConfigs configs = new TopicConfigs(() -> fsync, () -> OneTopic.NONE);
        LogDirectoryOptions options =
                LogDirectoryOptions.of(
                                folder.resolve("killed"),
                                Uuid.randomUuid(),
                                any -> configs.effective(any.topic()).log())
                        .withBackground(false);
        Uuid id = Uuid.randomUuid();
        LogDirectory killed = LogDirectory.open(options, new LocalDisk(), Clock.systemUTC());
        Partitions before =
                new Partitions(
                        1, LogDirectories.of(killed), configs, (topic, index, directory) -> {});
        show(before, OneTopic.of(TOPIC, id, 1, 1));
        requireNonNull(before.get(TOPIC, 0)).append(record(), Origin.CLIENT, true);

        try (LogDirectory opened = LogDirectory.open(options, new LocalDisk(), Clock.systemUTC())) {
            Partitions after =
                    new Partitions(
                            1, LogDirectories.of(opened), configs, (topic, index, directory) -> {});
            show(after, OneTopic.of(TOPIC, id, 1, 2));
            opened.runBackground();
            PartitionLog log = requireNonNull(after.get(TOPIC, 0)).ledLog();
            assertThat(requireNonNull(log).highWatermark()).isEqualTo(1);
        }
    }

    private Partition ledInEpoch(int leaderEpoch, Uuid id) {
        show(OneTopic.of(TOPIC, id, 1, leaderEpoch));
        return requireNonNull(partitions.get(TOPIC, 0));
    }

    @Test
    void whoWasLeaderInAnEarlierEpochAppendsNothing() {
        Uuid id = Uuid.randomUuid();
        Partition partition = ledInEpoch(1, id);
        assertThat(partition.appendIn(1, record(), AppendTerms.UNVERIFIED))
                .isInstanceOf(AppendOutcome.Appended.class);
        show(OneTopic.of(TOPIC, id, 2, 2));
        assertThat(partition.appendIn(1, record(), AppendTerms.UNVERIFIED))
                .isEqualTo(AppendOutcome.EPOCH_OVER);
        ledInEpoch(3, id);

        assertThat(partition.appendIn(1, record(), AppendTerms.UNVERIFIED))
                .isEqualTo(AppendOutcome.EPOCH_OVER);
        assertThat(partition.appendIn(3, record(), AppendTerms.UNVERIFIED))
                .isInstanceOf(AppendOutcome.Appended.class);
    }

    @Test
    void whatWasAppendedInAnEarlierEpochIsNotConfirmed() {
        Uuid id = Uuid.randomUuid();
        Partition partition = ledInEpoch(1, id);
        var _ = partition.appendIn(1, record(), AppendTerms.UNVERIFIED);
        List<String> told = new ArrayList<>();
        CommitListener listener =
                new CommitListener() {
                    @Override
                    public void onCommitted() {
                        told.add("committed");
                    }

                    @Override
                    public void onLost(Errors error, String message) {
                        told.add(error.name());
                    }
                };
        partition.awaitCommit(1, 1, listener);
        ledInEpoch(2, id);
        partition.awaitCommit(1, 1, listener);

        assertThat(told).containsExactly("committed", "NOT_LEADER_OR_FOLLOWER");
    }

    private static final Map<String, String> COMPACTED = Map.of("cleanup.policy", "compact");

    @Test
    void aLogThatIsPlacedTakesItsTopicsSettingsThoughNoneHaveChanged() {
        OneTopic unknown = OneTopic.of(TOPIC, Uuid.randomUuid(), 1, 1);
        show(unknown);
        PartitionLog log = requireNonNull(requireNonNull(partitions.get(TOPIC, 0)).ledLog());
        assertThat(log.config().compactEnabled()).isFalse();

        show(OneTopic.of(TOPIC, unknown.id(), 1, 2).with(COMPACTED));

        assertThat(partitions.get(TOPIC, 0)).extracting(Partition::ledLog).isSameAs(log);
        assertThat(log.config().compactEnabled()).isTrue();
        assertThat(log.config().deleteEnabled()).isFalse();
    }

    @Test
    void nothingOfATopicThatIsForcedIsSeenBeforeItIsThoughItsLogWasOpenedWithoutItsSettings() {
        TopicConfigs configs =
                new TopicConfigs(() -> NodeConfig.parse(Map.of()), () -> OneTopic.NONE);
        LogDirectoryOptions options =
                LogDirectoryOptions.of(
                                folder.resolve("forced"),
                                Uuid.randomUuid(),
                                any -> configs.effective(any.topic()).log().keepingAll())
                        .withBackground(false);
        Map<String, String> forced = Map.of("naru.ack", "fsync");
        Uuid id = Uuid.randomUuid();
        LogDirectory killed = LogDirectory.open(options, new LocalDisk(), Clock.systemUTC());
        Partitions before =
                new Partitions(
                        1, LogDirectories.of(killed), configs, (topic, index, directory) -> {});
        show(before, OneTopic.of(TOPIC, id, 1, 1).with(forced));
        requireNonNull(before.get(TOPIC, 0)).append(record(), Origin.CLIENT, true);

        try (LogDirectory opened = LogDirectory.open(options, new LocalDisk(), Clock.systemUTC())) {
            Partitions after =
                    new Partitions(
                            1, LogDirectories.of(opened), configs, (topic, index, directory) -> {});
            show(after, OneTopic.of(TOPIC, id, 1, 2).with(forced));
            PartitionLog log = requireNonNull(requireNonNull(after.get(TOPIC, 0)).ledLog());
            assertThat(log.logEndOffset()).isEqualTo(1);
            assertThat(log.highWatermark()).isZero();
            opened.runBackground();
            assertThat(log.highWatermark()).isEqualTo(1);
        }
    }

    @Test
    void aCopyThatTakesTheLogsPlaceTakesTheSettingsThatHaveChangedMeanwhile() {
        TopicConfigs configs =
                new TopicConfigs(() -> NodeConfig.parse(Map.of()), () -> OneTopic.NONE);
        List<LogDirectoryOptions> folders =
                Stream.of("one", "other")
                        .map(name ->
                                LogDirectoryOptions.of(
                                        folder.resolve(name),
                                        Uuid.randomUuid(),
                                        any -> configs.effective(any.topic()).log()))
                        .toList();
        try (LogDirectories both =
                LogDirectories.open(folders, Map.of(), new LocalDisk(), Clock.systemUTC())) {
            Partitions moved = new Partitions(1, both, configs, (topic, index, directory) -> {});
            OneTopic image = OneTopic.of(TOPIC, Uuid.randomUuid(), 1, 1);
            show(moved, image);
            Partition partition = requireNonNull(moved.get(TOPIC, 0));
            PartitionLog log = requireNonNull(partition.ledLog());
            LogDirectory target =
                    both.opened().stream()
                            .filter(each -> !each.directoryId().equals(log.directoryId()))
                            .findFirst()
                            .orElseThrow();
            PartitionLog copy = both.createCopy(log, target);
            show(moved, OneTopic.of(TOPIC, image.id(), 1, 2).with(COMPACTED));

            assertThat(moved.replaceByCopy(partition, copy)).isTrue();

            PartitionLog led = requireNonNull(partition.ledLog());
            assertThat(led.directoryId()).isEqualTo(target.directoryId());
            assertThat(led.config().compactEnabled()).isTrue();
        }
    }
}
