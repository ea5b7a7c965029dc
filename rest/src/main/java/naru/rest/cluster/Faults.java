package naru.rest.cluster;

import naru.http.Refusal;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

import java.util.List;
import java.util.concurrent.ExecutionException;

/** What a failure of Kafka's clients is called in the API: the numbers are Confluent's. */
public final class Faults {
    public static final int BAD_REQUEST = 40002;
    public static final int UNAUTHENTICATED = 40101;
    public static final int DENIED = 40301;
    public static final int UNKNOWN_TOPIC_OR_PARTITION = 40403;
    public static final int THROTTLED = 42901;
    public static final int KAFKA = 50002;
    public static final int KAFKA_RETRIABLE = 50003;
    public static final int UNAVAILABLE = 50302;

    private static final List<Class<? extends KafkaException>> ASKED_WRONGLY =
            List.of(
                    TopicExistsException.class,
                    InvalidTopicException.class,
                    InvalidPartitionsException.class,
                    InvalidReplicationFactorException.class,
                    InvalidReplicaAssignmentException.class,
                    InvalidConfigurationException.class,
                    InvalidRequestException.class,
                    PolicyViolationException.class,
                    SecurityDisabledException.class,
                    UnsupportedVersionException.class,
                    UnknownServerException.class,
                    ConfigException.class);

    private Faults() {}

    public static Refusal refusal(Throwable fault) {
        String message = message(fault);
        return switch (fault) {
            case Refusal already -> already;
            case AuthenticationException unproved -> new Refusal(401, UNAUTHENTICATED, message);
            case AuthorizationException denied -> new Refusal(403, DENIED, message);
            case UnknownTopicOrPartitionException unknown ->
                    new Refusal(404, UNKNOWN_TOPIC_OR_PARTITION, message);
            case UnknownTopicIdException unknown ->
                    new Refusal(404, UNKNOWN_TOPIC_OR_PARTITION, message);
            case GroupIdNotFoundException unknown -> new Refusal(404, message);
            case ThrottlingQuotaExceededException fast -> new Refusal(429, THROTTLED, message);
            case BrokerNotAvailableException gone -> new Refusal(503, UNAVAILABLE, message);
            case KafkaException wrong when ASKED_WRONGLY.contains(wrong.getClass()) ->
                    new Refusal(400, BAD_REQUEST, message);
            case RetriableException later -> new Refusal(500, KAFKA_RETRIABLE, message);
            default -> new Refusal(500, KAFKA, message);
        };
    }

    /** Why something failed that was waited for. */
    public static Refusal cause(ExecutionException failed) {
        Throwable cause = failed.getCause();
        return refusal(cause == null ? failed : cause);
    }

    private static String message(Throwable fault) {
        Throwable at = fault;
        while (at.getMessage() == null && at.getCause() != null) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
    }
}
