package naru.simulation.replication;

import naru.broker.replication.FetcherDriver;
import naru.broker.replication.ReplicaFetcher;
import naru.broker.replication.ReplicaFetcher.Step;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.jspecify.annotations.Nullable;

/** Drives a fetcher by events: one exchange with the leader at a time, which may get lost. */
final class SimulatedFetching implements FetcherDriver {
    private static final int TIMEOUT_MILLIS = 1_500;

    private final ReplicaNode node;
    private final int leader;
    private final ReplicaFetcher fetcher;
    private SimulatedTime.@Nullable Event due;
    private boolean waiting;
    private boolean closed;
    private long exchange;

    SimulatedFetching(ReplicaNode node, int leader, ReplicaFetcher fetcher) {
        this.node = node;
        this.leader = leader;
        this.fetcher = fetcher;
    }

    @Override
    public void wake() {
        if (!waiting && !closed) {
            step(0);
        }
    }

    private void step(long delayMillis) {
        if (due != null) {
            due.cancel();
        }
        due = node.after(delayMillis, this::takeStep);
    }

    private long now() {
        return node.world().time().millis();
    }

    private void takeStep() {
        if (closed || waiting) {
            return;
        }
        switch (fetcher.next(now())) {
            case Step.Send(AbstractRequest.Builder<?> builder) -> {
                waiting = true;
                long number = ++exchange;
                AbstractRequest request = builder.build();
                node.world()
                        .exchange(
                                node,
                                leader,
                                request.data(),
                                request.version(),
                                answer -> settle(number, answer));
                node.after(TIMEOUT_MILLIS, () -> settle(number, null));
            }
            case Step.Rest(long millis) -> {
                if (millis < Long.MAX_VALUE) {
                    step(millis);
                }
            }
        }
    }

    /** What comes after the time-out, or a second time, comes on a connection that is no more. */
    private void settle(long number, @Nullable ApiMessage answer) {
        if (number != exchange || !waiting || !node.isAlive()) {
            return;
        }
        waiting = false;
        if (closed) {
            return;
        }
        if (answer == null) {
            fetcher.onFailure("no answer", now());
        } else {
            fetcher.onResponse(answer, now());
        }
        step(0);
    }

    @Override
    public void close() {
        closed = true;
    }
}
