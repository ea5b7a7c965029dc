package naru.log.segment;

import naru.log.disk.Disk;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the segments of one log have in common.
 *
 * @param folder the partition's folder
 * @param damagedBatches counts what was found damaged
 */
public record SegmentContext(
        Disk disk, Path folder, CursorPool cursors, Clock clock, LongAdder damagedBatches) {}
