package naru.simulation.client;

import naru.simulation.check.Ledger;
import naru.simulation.check.Offsets;
import naru.simulation.check.Shares;
import naru.simulation.node.Caller;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;

import java.util.random.RandomGenerator;

/** What clients live in. */
public interface World {
    RandomGenerator random();

    long nowMillis();

    /** Sends a request to the node if there is one. */
    void send(ApiMessage body, int version, long connectionId, Caller caller);

    void hangUp(long connectionId);

    /** Wakes a client later. */
    void after(long delayMillis, Runnable task);

    Uuid topicId(String topic);

    /** Where a partition's log begins now, as ListOffsets would say; 0 while nobody knows. */
    long logStart(TopicPartition partition);

    Ledger ledger();

    Offsets offsets();

    Shares shares();

    /** Whether clients are to come to an end of what they do. */
    boolean isEnding();

    /** Whether what was acknowledged may be lost, as after a power cut without fsync. */
    boolean isForgetful();

    /** Something for the story of this history. */
    void note(String event);
}
