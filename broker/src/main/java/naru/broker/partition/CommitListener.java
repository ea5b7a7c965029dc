package naru.broker.partition;

import org.apache.kafka.common.protocol.Errors;

/** Waits until records are committed. Called once, on any thread; must not block. */
public interface CommitListener {
    /** The high watermark has passed the records. */
    void onCommitted();

    /** It will not: leadership or the log was lost. */
    void onLost(Errors error, String message);
}
