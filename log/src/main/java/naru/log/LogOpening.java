package naru.log;

import naru.log.checkpoint.PartitionMetadataFile;
import naru.log.epoch.LeaderEpochs;
import naru.log.producer.ProducerStates;
import naru.log.recovery.LogLoader;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.Segments;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Makes logs out of what stands in a data folder, and new ones.
 *
 * <p>Threads: several logs may be opened at the same time. Faults: {@link IOException}.
 */
final class LogOpening {
    private final LogDirectoryOptions options;
    private final LogServices services;
    private final Checkpoints checkpoints;

    LogOpening(LogDirectoryOptions options, LogServices services, Checkpoints checkpoints) {
        this.options = options;
        this.services = services;
        this.checkpoints = checkpoints;
    }

    /**
     * Opens the log in this folder, recovering it unless it was closed cleanly.
     *
     * @param topicId zero when the folder does not say whose it is
     */
    PartitionLog found(TopicPartition partition, Path folder, Uuid topicId, boolean closedCleanly)
            throws IOException {
        LogConfig config = options.configs().apply(partition);
        SegmentContext context = context(folder);
        LogLoader.Loaded loaded =
                LogLoader.load(
                        context,
                        new LogLoader.Hints(
                                closedCleanly,
                                checkpoints.logStart(partition),
                                checkpoints.recoveryPoint(partition),
                                checkpoints.recoveryPoint(partition),
                                config.indexIntervalBytes()));
        LogProducers producers = producers(partition, context, loaded.segments());
        producers.load(loaded.logStartOffset(), loaded.logEndOffset());
        return new PartitionLog(
                partition,
                topicId,
                config,
                services,
                context,
                loaded,
                producers,
                closedCleanly ? loaded.logEndOffset() : checkpoints.recoveryPoint(partition),
                checkpoints.highWatermark(partition));
    }

    /** Makes the folder and an empty log in it. */
    PartitionLog made(TopicPartition partition, Path folder, Uuid topicId, LogConfig config)
            throws IOException {
        services.disk().createFolder(folder);
        PartitionMetadataFile.write(services.disk(), folder, topicId);
        SegmentContext context = context(folder);
        LogLoader.Loaded empty =
                new LogLoader.Loaded(
                        new Segments(List.of(Segment.fresh(context, 0))),
                        new LeaderEpochs(),
                        0,
                        0,
                        OptionalLong.empty());
        LogProducers producers = producers(partition, context, empty.segments());
        return new PartitionLog(
                partition, topicId, config, services, context, empty, producers, 0, 0);
    }

    private SegmentContext context(Path folder) {
        return new SegmentContext(
                services.disk(), folder, services.cursors(), services.clock(), new LongAdder());
    }

    private LogProducers producers(
            TopicPartition partition, SegmentContext context, Segments segments) {
        ProducerStates states =
                new ProducerStates(
                        partition,
                        options.producerIdExpirationMillis(),
                        ProducerStates.DEFAULT_MAX_PRODUCERS);
        return new LogProducers(states, context, segments);
    }
}
