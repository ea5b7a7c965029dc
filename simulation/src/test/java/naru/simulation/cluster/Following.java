package naru.simulation.cluster;

import naru.broker.replication.FetcherDriver;
import naru.broker.replication.ReplicaFetcher;
import naru.broker.replication.ReplicaFetcher.Step;
import naru.simulation.node.Caller;
import naru.simulation.node.SimulatedNode;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.jspecify.annotations.Nullable;

/** Drives a fetcher by events: one exchange with the leader at a time, which may get lost. */
final class Following implements FetcherDriver {
    private static final int TIMEOUT_MILLIS = 500;

    private final Machine machine;
    private final SimulatedNode node;
    private final int leader;
    private final ReplicaFetcher fetcher;
    private SimulatedTime.@Nullable Event due;
    private boolean waiting;
    private boolean closed;

    Following(Machine machine, SimulatedNode node, int leader, ReplicaFetcher fetcher) {
        this.machine = machine;
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
        return machine.time().millis();
    }

    private void takeStep() {
        if (closed || waiting) {
            return;
        }
        switch (fetcher.next(now())) {
            case Step.Send(AbstractRequest.Builder<?> builder) -> {
                waiting = true;
                AbstractRequest request = builder.build();
                machine.cluster().plant().beforeFetch(request.data());
                Exchange.ask(
                        machine.cluster(),
                        machine.id(),
                        leader,
                        request.data(),
                        request.version(),
                        -machine.id(),
                        TIMEOUT_MILLIS,
                        new Answered());
            }
            case Step.Rest(long millis) -> {
                if (millis < Long.MAX_VALUE) {
                    step(millis);
                }
            }
        }
    }

    private final class Answered implements Caller {
        @Override
        public void answer(ApiMessage response) {
            machine.within(() -> settle(response));
        }

        @Override
        public void refused(Errors error) {
            machine.within(() -> settle(null));
        }

        @Override
        public void disconnected() {
            machine.within(() -> settle(null));
        }
    }

    private void settle(@Nullable ApiMessage answer) {
        if (!node.isAlive()) {
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
