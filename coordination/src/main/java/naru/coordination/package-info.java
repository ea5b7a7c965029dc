/**
 * Coordinators as pure state machines: deciding gives records and replies, applying changes state.
 *
 * <p>Called by the broker, which writes the records to the coordinator's partition and sends the
 * replies once they are committed. Knows no thread, no clock, no socket and no file.
 */
@NullMarked
package naru.coordination;

import org.jspecify.annotations.NullMarked;
