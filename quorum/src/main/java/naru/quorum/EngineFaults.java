package naru.quorum;

import org.apache.kafka.server.fault.FaultHandler;
import org.apache.kafka.server.fault.FaultHandlerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How faults that the engine finds in itself reach the node: fatal ones by its callback. */
final class EngineFaults {
    private static final Logger LOG = LoggerFactory.getLogger(EngineFaults.class);

    private EngineFaults() {}

    static FaultHandler fatal(FatalFault node) {
        return (message, cause) -> {
            LOG.error("The metadata quorum cannot go on: {}", message, cause);
            node.onFatalFault(message, cause);
            return exception(message, cause);
        };
    }

    static FaultHandler nonFatal() {
        return (message, cause) -> {
            LOG.error("The metadata quorum met a fault: {}", message, cause);
            return exception(message, cause);
        };
    }

    private static RuntimeException exception(String message, @Nullable Throwable cause) {
        return cause instanceof FaultHandlerException known
                ? known
                : new FaultHandlerException(message, cause);
    }
}
