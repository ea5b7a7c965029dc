/**
 * One segment of a log on disk: its batches, its sparse indexes, what of it has passed its CRC, and
 * how it is read and scanned. Called by the partition log and its recovery. Knows no other segment,
 * no high watermark and no client.
 */
@NullMarked
package naru.log.segment;

import org.jspecify.annotations.NullMarked;
