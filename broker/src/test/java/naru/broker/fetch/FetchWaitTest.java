package naru.broker.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.broker.partition.OneTopic;
import naru.broker.partition.Partition;
import naru.broker.partition.Partitions;
import naru.broker.partition.View;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.Origin;
import naru.log.disk.LocalDisk;
import naru.quorum.ClusterChange;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

class FetchWaitTest {
    private static final String TOPIC = "waited";

    @TempDir Path folder;
    private LogDirectory logs;
    private Partitions partitions;
    private final HeldRequest request = new HeldRequest();
    private final List<List<Answer>> replies = new ArrayList<>();

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

    /** Makes the topic, anew if it is there. */
    private Partition make() {
        OneTopic image = OneTopic.of(TOPIC, Uuid.randomUuid(), 1, 1);
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
        return requireNonNull(partitions.get(TOPIC, 0));
    }

    private static void append(Partition partition) {
        partition.append(
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[10]))
                        .buffer(),
                Origin.CLIENT,
                false);
    }

    private static List<Answer> answers(Partition partition) {
        long end = requireNonNull(partition.ledLog()).highWatermark();
        return List.of(
                new Answer(
                        new Wanted(new Wanted.Key(TOPIC, Uuid.ZERO_UUID, 0)),
                        new FetchResponseData.PartitionData(),
                        partition,
                        end,
                        (int) end,
                        end));
    }

    private FetchWait waiting(Supplier<List<Answer>> read) {
        return new FetchWait(request, View.REPLICATED, 1, read, replies::add);
    }

    @Test
    void isAnsweredOnceWhenThereIsMore() {
        Partition partition = make();
        waiting(() -> answers(partition)).begin(answers(partition), 1000);
        assertThat(request.loopTasks).isEmpty();
        append(partition);
        append(partition);
        request.runLoop();
        assertThat(replies).hasSize(1);
        assertThat(request.timers).isEmpty();
    }

    @Test
    void goesOnWithTheTopicThatWasMadeAnewBeforeItCouldListenToTheFormer() {
        Partition former = make();
        List<Answer> readBefore = answers(former);
        Partition anew = make();
        waiting(() -> answers(anew)).begin(readBefore, 1000);
        request.runLoop();
        assertThat(replies).isEmpty();
        append(anew);
        request.runLoop();
        assertThat(replies).hasSize(1);
    }

    @Test
    void aReadThatFailsWhenItIsWokenAnswersTheRequest() {
        Partition partition = make();
        waiting(FetchWaitTest::broken).begin(answers(partition), 1000);
        append(partition);
        request.runLoop();
        assertThat(request.failures).hasSize(1);
        assertThat(request.timers).isEmpty();
    }

    @Test
    void aReadThatFailsAtTheEndOfItsTimeAnswersTheRequest() {
        waiting(FetchWaitTest::broken).begin(answers(make()), 1000);
        List.copyOf(request.timers).forEach(Runnable::run);
        assertThat(request.failures).hasSize(1);
    }

    private static List<Answer> broken() {
        throw new IllegalStateException("for the test");
    }
}
