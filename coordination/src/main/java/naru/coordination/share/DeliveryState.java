package naru.coordination.share;

import org.jspecify.annotations.Nullable;

/** What has become of a record in a share group. Only {@link #ACQUIRED} is never written. */
public enum DeliveryState {
    AVAILABLE(0),
    ACQUIRED(1),
    ACKNOWLEDGED(2),
    /** To be archived once it is in the dead-letter topic (KIP-1191). */
    ARCHIVING(3),
    ARCHIVED(4);

    private final byte id;

    DeliveryState(int id) {
        this.id = (byte) id;
    }

    /** The number in requests and records. */
    public byte id() {
        return id;
    }

    /** Whether nothing will become of the record any more. */
    public boolean isSettled() {
        return this == ACKNOWLEDGED || this == ARCHIVED;
    }

    public static @Nullable DeliveryState ofId(byte id) {
        for (DeliveryState state : values()) {
            if (state.id == id) {
                return state;
            }
        }
        return null;
    }
}
