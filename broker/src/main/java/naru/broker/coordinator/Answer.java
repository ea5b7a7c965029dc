package naru.broker.coordinator;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** Takes what a shard answers to one command. Called once, on any thread; must not block. */
public interface Answer {
    void reply(ApiMessage response);

    /**
     * The command was not carried out.
     *
     * @param error what a client of a coordinator is told
     */
    void refuse(Errors error, String message);
}
