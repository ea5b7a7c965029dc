/**
 * The small files of a data folder in Kafka's formats: offset checkpoints, {@code
 * partition.metadata}, the mark of a clean stop, the folder's lock.
 *
 * <p>Called by the log and its folder, and by its sibling packages for writing their own small
 * files. Knows no segment and no record.
 */
@NullMarked
package naru.log.checkpoint;

import org.jspecify.annotations.NullMarked;
