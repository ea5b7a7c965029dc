package naru.broker.fetch;

import naru.broker.partition.View;

import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.requests.FetchRequest;
import org.jspecify.annotations.Nullable;

/**
 * Who reads, and how far.
 *
 * @param replica id of the broker that follows, or {@link #CONSUMER}
 * @param brokerEpoch of that broker, -1 when it does not say
 * @param mayFollow whether a replica that follows may answer (KIP-392)
 * @param rack of a consumer, or null
 */
record ReadAs(View view, int replica, long brokerEpoch, boolean mayFollow, @Nullable String rack) {
    static final int CONSUMER = -1;
    private static final byte READ_COMMITTED = 1;
    private static final short FIRST_VERSION_WITH_RACKS = 11;

    static ReadAs of(FetchRequestData body, short version) {
        int replica = FetchRequest.replicaId(body);
        if (replica >= 0) {
            return new ReadAs(
                    View.LOG_END, replica, body.replicaState().replicaEpoch(), false, null);
        }
        boolean knowsRacks = version >= FIRST_VERSION_WITH_RACKS;
        return new ReadAs(
                body.isolationLevel() == READ_COMMITTED ? View.COMMITTED : View.REPLICATED,
                CONSUMER,
                -1,
                knowsRacks,
                knowsRacks && !body.rackId().isEmpty() ? body.rackId() : null);
    }

    boolean isReplica() {
        return replica != CONSUMER;
    }
}
