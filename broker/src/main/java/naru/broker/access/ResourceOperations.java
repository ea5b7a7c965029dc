package naru.broker.access;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

import java.util.EnumSet;
import java.util.Set;

/** Which operations make sense on a resource of a type, and which come with others. */
final class ResourceOperations {
    private static final int DESCRIBE = bit(AclOperation.DESCRIBE);
    private static final int DESCRIBE_CONFIGS = bit(AclOperation.DESCRIBE_CONFIGS);
    private static final int EVERY = every();

    private ResourceOperations() {}

    private static int every() {
        int bits = 0;
        for (AclOperation operation : AclOperation.values()) {
            bits |= bit(operation);
        }
        return bits;
    }

    static int bit(AclOperation operation) {
        return 1 << operation.code();
    }

    /** What a rule that allows the operation allows. */
    static int allowedBy(AclOperation operation) {
        return switch (operation) {
            case ALL -> EVERY;
            case READ, WRITE, DELETE, ALTER -> bit(operation) | DESCRIBE;
            case ALTER_CONFIGS -> bit(operation) | DESCRIBE_CONFIGS;
            case CREATE,
                    DESCRIBE,
                    CLUSTER_ACTION,
                    DESCRIBE_CONFIGS,
                    IDEMPOTENT_WRITE,
                    CREATE_TOKENS,
                    DESCRIBE_TOKENS,
                    TWO_PHASE_COMMIT ->
                    bit(operation);
            case UNKNOWN, ANY -> 0;
        };
    }

    /** What a rule that denies the operation denies: that and no more. */
    static int deniedBy(AclOperation operation) {
        return switch (operation) {
            case ALL -> EVERY;
            case UNKNOWN, ANY -> 0;
            case READ,
                    WRITE,
                    CREATE,
                    DELETE,
                    ALTER,
                    DESCRIBE,
                    CLUSTER_ACTION,
                    DESCRIBE_CONFIGS,
                    ALTER_CONFIGS,
                    IDEMPOTENT_WRITE,
                    CREATE_TOKENS,
                    DESCRIBE_TOKENS,
                    TWO_PHASE_COMMIT ->
                    bit(operation);
        };
    }

    /** Of the operations of the type those whose bits are set. */
    static Set<AclOperation> among(ResourceType type, int bits) {
        Set<AclOperation> allowed = EnumSet.noneOf(AclOperation.class);
        for (AclOperation operation : of(type)) {
            if ((bits & bit(operation)) != 0) {
                allowed.add(operation);
            }
        }
        return allowed;
    }

    static Set<AclOperation> of(ResourceType type) {
        return switch (type) {
            case TOPIC ->
                    EnumSet.of(
                            AclOperation.READ,
                            AclOperation.WRITE,
                            AclOperation.CREATE,
                            AclOperation.DESCRIBE,
                            AclOperation.DELETE,
                            AclOperation.ALTER,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS);
            case GROUP ->
                    EnumSet.of(
                            AclOperation.READ,
                            AclOperation.DESCRIBE,
                            AclOperation.DELETE,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS);
            case CLUSTER ->
                    EnumSet.of(
                            AclOperation.CREATE,
                            AclOperation.CLUSTER_ACTION,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS,
                            AclOperation.IDEMPOTENT_WRITE,
                            AclOperation.ALTER,
                            AclOperation.DESCRIBE);
            case TRANSACTIONAL_ID ->
                    EnumSet.of(
                            AclOperation.DESCRIBE,
                            AclOperation.WRITE,
                            AclOperation.TWO_PHASE_COMMIT);
            case DELEGATION_TOKEN -> EnumSet.of(AclOperation.DESCRIBE);
            case USER -> EnumSet.of(AclOperation.CREATE_TOKENS, AclOperation.DESCRIBE_TOKENS);
            case UNKNOWN, ANY -> EnumSet.noneOf(AclOperation.class);
        };
    }
}
