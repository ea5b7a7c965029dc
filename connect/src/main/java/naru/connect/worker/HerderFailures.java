package naru.connect.worker;

import org.apache.kafka.connect.errors.NotFoundException;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo.AbstractState;
import org.apache.kafka.connect.util.Callback;
import org.apache.kafka.connect.util.ConnectorTaskId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/** Failures as Kafka's herder knows them. */
final class HerderFailures implements Failures {
    private static final Logger LOG = LoggerFactory.getLogger("naru.connect");

    private final Herder herder;
    private final String workerId;

    HerderFailures(Herder herder, String workerId) {
        this.herder = herder;
        this.workerId = workerId;
    }

    @Override
    public List<PartState> look() {
        List<PartState> states = new ArrayList<>();
        if (!herder.isReady()) {
            return states;
        }
        for (String connector : herder.connectors()) {
            ConnectorStateInfo info;
            try {
                info = herder.connectorStatus(connector);
            } catch (NotFoundException notYetKnown) {
                continue;
            }
            add(states, new Part(connector, Part.ITSELF), info.connector());
            for (ConnectorStateInfo.TaskState task : info.tasks()) {
                add(states, new Part(connector, task.id()), task);
            }
        }
        return states;
    }

    private void add(List<PartState> states, Part part, AbstractState state) {
        if (workerId.equals(state.workerId())) {
            states.add(new PartState(part, state.state().equals("FAILED"), state.trace()));
        }
    }

    @Override
    public void restart(Part part) {
        Callback<Void> done =
                (refused, nothing) -> {
                    if (refused != null) {
                        LOG.warn("{} could not be restarted: {}", part, refused.getMessage());
                    }
                };
        if (part.task() == Part.ITSELF) {
            herder.restartConnector(part.connector(), done);
        } else {
            herder.restartTask(new ConnectorTaskId(part.connector(), part.task()), done);
        }
    }
}
