package naru.coordination.group.consumer;

/** Where a member stands on its way to its target. */
enum Standing {
    /** It has what it was given last. */
    STABLE(0),
    /** It was asked to give something up, and has not said that it did. */
    UNREVOKED(1),
    /** It lacks partitions that other members still have. */
    UNRELEASED(2),
    /** Written by software that knows more. */
    UNKNOWN(127);

    private final byte code;

    Standing(int code) {
        this.code = (byte) code;
    }

    /** As records have it. */
    byte code() {
        return code;
    }

    static Standing of(byte code) {
        for (Standing standing : values()) {
            if (standing.code == code) {
                return standing;
            }
        }
        return UNKNOWN;
    }
}
