package naru.quorum;

import org.jspecify.annotations.Nullable;

/** Told that the engine found itself in a state that it cannot go on from; the node decides. */
@FunctionalInterface
public interface FatalFault {
    /** Called on one of the engine's threads, perhaps more than once. Must not close the quorum. */
    void onFatalFault(String message, @Nullable Throwable cause);
}
