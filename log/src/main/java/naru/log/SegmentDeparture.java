package naru.log;

import naru.log.segment.Segment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;

/**
 * How segments leave a log: their files get another name at once and go after {@code
 * file.delete.delay.ms}, so that readers that hold them can finish.
 *
 * <p>Threads: as its methods say.
 */
final class SegmentDeparture {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentDeparture.class);

    private final PartitionLog log;
    private final LogProducers producers;
    private final LogServices services;

    SegmentDeparture(PartitionLog log, LogProducers producers, LogServices services) {
        this.log = log;
        this.producers = producers;
        this.services = services;
    }

    /** The segments, with their producer snapshots, have left the log. Under the log's lock. */
    void of(List<Segment> gone) {
        for (Segment segment : gone) {
            try {
                segment.markDeleted();
                producers.deleteSnapshotOf(segment);
            } catch (IOException refusal) {
                LOG.warn("{} cannot be renamed for deletion: {}", segment, refusal.getMessage());
            }
        }
        ofMarked(gone);
    }

    /** Their files have got their other name already. Any thread. */
    void ofMarked(List<Segment> gone) {
        services.later(
                log.config().fileDeleteDelayMillis(),
                () -> {
                    for (Segment segment : gone) {
                        segment.deleteMarked();
                    }
                });
    }
}
