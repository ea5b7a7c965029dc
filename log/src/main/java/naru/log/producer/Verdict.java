package naru.log.producer;

import org.apache.kafka.common.protocol.Errors;

/** Whether a producer may append a batch. */
public sealed interface Verdict {
    Verdict ACCEPT = new Accept();

    /** Append it. */
    record Accept() implements Verdict {}

    /** One of the producer's last five batches again; where it stands already. */
    record Duplicate(long baseOffset, long lastOffset, long timestampMillis) implements Verdict {}

    /** The producer is fenced, or the batch is not the next one. */
    record Refused(Errors error, String message) implements Verdict {}
}
