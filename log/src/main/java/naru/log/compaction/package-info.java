/**
 * Log compaction: chooses a log, notes the last offset of every key of its dirty part, and copies
 * its sealed segments without what is superseded. Called by the log folder, and calls the logs
 * through {@link naru.log.compaction.CompactableLog}. Knows nothing of requests or replicas.
 */
@NullMarked
package naru.log.compaction;

import org.jspecify.annotations.NullMarked;
