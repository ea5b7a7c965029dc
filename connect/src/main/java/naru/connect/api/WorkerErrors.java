package naru.connect.api;

import naru.http.Refusal;

import org.apache.kafka.connect.errors.AlreadyExistsException;
import org.apache.kafka.connect.errors.NotFoundException;
import org.apache.kafka.connect.runtime.distributed.RebalanceNeededException;
import org.apache.kafka.connect.runtime.rest.errors.ConnectRestException;

/** Which status and sentence a failure of the worker is for HTTP, as Kafka's own API has it. */
public final class WorkerErrors {
    public static final String JSON = "application/json";

    private WorkerErrors() {}

    static Refusal refusal(Throwable failure) {
        return switch (failure) {
            case Refusal known -> known;
            case ConnectRestException told ->
                    new Refusal(told.statusCode(), told.errorCode(), message(told));
            case NotFoundException missing -> new Refusal(404, message(missing));
            case AlreadyExistsException there -> new Refusal(409, message(there));
            case RebalanceNeededException stale ->
                    new Refusal(
                            409,
                            "Cannot complete request momentarily due to stale configuration"
                                    + " (typically caused by a concurrent config change)");
            default -> new Refusal(500, message(failure));
        };
    }

    private static String message(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
