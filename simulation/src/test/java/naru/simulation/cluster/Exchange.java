package naru.simulation.cluster;

import naru.simulation.node.Caller;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * One request on its way over the network and its answer on its way back. The asker hears once:
 * what was answered, or, after some time, that nobody knows what became of it.
 */
final class Exchange implements Caller {
    private final Cluster cluster;
    private final int from;
    private final int to;
    private final Caller asker;
    private boolean over;

    private Exchange(Cluster cluster, int from, int to, Caller asker) {
        this.cluster = cluster;
        this.from = from;
        this.to = to;
        this.asker = asker;
    }

    /** Asks a broker. */
    static void ask(
            Cluster cluster,
            int from,
            int to,
            ApiMessage body,
            int version,
            long connectionId,
            int timeoutMillis,
            Caller asker) {
        Exchange exchange = new Exchange(cluster, from, to, asker);
        cluster.network()
                .carry(
                        from,
                        to,
                        () -> cluster.machine(to).receive(body, version, connectionId, exchange));
        cluster.time().after(timeoutMillis, exchange::giveUp);
    }

    private void back(Runnable arrival) {
        cluster.network()
                .carry(
                        to,
                        from,
                        () -> {
                            if (!over) {
                                over = true;
                                arrival.run();
                            }
                        });
    }

    private void giveUp() {
        if (!over) {
            over = true;
            asker.disconnected();
        }
    }

    @Override
    public void answer(ApiMessage response) {
        back(() -> asker.answer(response));
    }

    @Override
    public void refused(Errors error) {
        back(() -> asker.refused(error));
    }

    @Override
    public void disconnected() {
        back(asker::disconnected);
    }

    @Override
    public void leaving(ApiMessage response) {
        asker.leaving(response);
    }
}
