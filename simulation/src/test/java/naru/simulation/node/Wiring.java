package naru.simulation.node;

import naru.broker.coordinator.Effects;
import naru.broker.transport.RequestHandler;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.protocol.ApiKeys;

/** Where a planted bug gets between the parts of a node. */
public interface Wiring {
    /** Everything as it is. */
    Wiring STRAIGHT = new Wiring() {};

    default Effects<TransactionCommand> transactionEffects(Effects<TransactionCommand> straight) {
        return straight;
    }

    default RequestHandler handler(ApiKeys api, RequestHandler straight) {
        return straight;
    }
}
