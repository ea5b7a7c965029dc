/**
 * Idempotent and transactional producers of one log: what each wrote last, which transactions are
 * open, which were aborted, and the files that remember it in Kafka's formats (KIP-98).
 *
 * <p>Called by the partition log under its lock. Knows batches as bytes; knows no segment and no
 * request.
 */
@NullMarked
package naru.log.producer;

import org.jspecify.annotations.NullMarked;
