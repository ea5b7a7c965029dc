/**
 * Kafka's formats as bytes: request frames, protocol messages, record batches.
 *
 * <p>Called by every other module. Knows no thread, no file and no socket: everything here is a
 * function of the bytes it is given, and checks lengths before it allocates.
 */
@NullMarked
package naru.wire;

import org.jspecify.annotations.NullMarked;
