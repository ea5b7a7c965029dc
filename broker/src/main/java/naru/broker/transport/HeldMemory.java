package naru.broker.transport;

/** What one connection holds of the memory for frames. Owned by its loop's thread. */
final class HeldMemory {
    private final FrameMemory all;
    private boolean stranger;
    private long heldBytes;

    /**
     * @param stranger whether the connection has to show who it is
     */
    HeldMemory(FrameMemory all, boolean stranger) {
        this.all = all;
        this.stranger = stranger;
    }

    boolean ofStranger() {
        return stranger;
    }

    boolean reserve(long bytes) {
        boolean granted = stranger ? all.reserveForStranger(bytes) : all.reserve(bytes);
        heldBytes += granted ? bytes : 0;
        return granted;
    }

    void release(long bytes) {
        heldBytes -= bytes;
        all.release(bytes);
        if (stranger) {
            all.forgetStranger(bytes);
        }
    }

    /** The connection has shown who it is. */
    void admit() {
        if (stranger) {
            stranger = false;
            all.forgetStranger(heldBytes);
        }
    }
}
