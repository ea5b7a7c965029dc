/**
 * Partition logs on disk in Kafka's format: segments, indexes, recovery, retention, durability.
 *
 * <p>Called by the broker's partitions. Knows no request and no client; answers with outcomes that
 * carry a Kafka error code and a sentence.
 */
@NullMarked
package naru.log;

import org.jspecify.annotations.NullMarked;
