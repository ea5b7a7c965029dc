package naru.coordination.group.streams;

import org.apache.kafka.coordinator.group.streams.MemberState;

/** Where a member stands on its way to its target. */
enum Standing {
    /** It has what it was given last. */
    STABLE(MemberState.STABLE),
    /** It was asked to give something up, and has not said that it did. */
    UNREVOKED(MemberState.UNREVOKED_TASKS),
    /** It lacks tasks that other members still have. */
    UNRELEASED(MemberState.UNRELEASED_TASKS),
    /** Written by software that knows more. */
    UNKNOWN(MemberState.UNKNOWN);

    private final byte code;

    Standing(MemberState kafka) {
        this.code = kafka.value();
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
