package naru.simulation.node;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** Who sent a request. One of the first three is called, once, and never from within the node. */
public interface Caller {
    void answer(ApiMessage response);

    /** The request as a whole was refused. */
    void refused(Errors error);

    /** Nobody knows what became of the request. */
    void disconnected();

    /** The answer leaves the node at this moment; it may still get lost. */
    default void leaving(ApiMessage response) {}
}
