package naru.broker.coordinator;

import org.apache.kafka.common.protocol.Errors;

/** What clients of a coordinator are told when its log does not take records. As Kafka says it. */
final class CoordinatorErrors {
    private CoordinatorErrors() {}

    // The errors of a log are a few out of many: all others are passed on as they are.
    @SuppressWarnings("EnumSwitchDefault")
    static Errors ofAppend(Errors error) {
        return switch (error) {
            case UNKNOWN_TOPIC_OR_PARTITION,
                    NOT_ENOUGH_REPLICAS,
                    NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    REQUEST_TIMED_OUT ->
                    Errors.COORDINATOR_NOT_AVAILABLE;
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR -> Errors.NOT_COORDINATOR;
            default -> error;
        };
    }
}
