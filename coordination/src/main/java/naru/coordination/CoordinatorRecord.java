package naru.coordination;

import org.jspecify.annotations.Nullable;

/**
 * A record of a coordinator's partition, in Kafka's own key and value formats (a two-byte version
 * first, then the message).
 *
 * @param value null is a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record CoordinatorRecord(byte[] key, byte @Nullable [] value) {}
