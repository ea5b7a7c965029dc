package naru.coordination.group.modern;

import org.jspecify.annotations.Nullable;

/** What a roster needs to know of a member. Implementations are immutable. */
public interface ModernMember {
    String id();

    /** Set for static members (KIP-345). */
    @Nullable String instanceId();

    /** 0 before the first assignment, -2 while a static member is away. */
    int epoch();

    /** Epochs that members send to say something else. */
    int JOINING = 0;

    int LEAVING = -1;

    /** A static member leaves and means to come back. */
    int LEAVING_FOR_A_WHILE = -2;

    default boolean isAway() {
        return epoch() == LEAVING_FOR_A_WHILE;
    }
}
