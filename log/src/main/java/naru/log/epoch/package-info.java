/**
 * Which leader epoch begins at which offset of a log (KIP-101, KIP-279).
 *
 * <p>Called by the partition log. Knows no segment and no replica.
 */
@NullMarked
package naru.log.epoch;

import org.jspecify.annotations.NullMarked;
