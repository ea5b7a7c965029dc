package naru.broker.access;

import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

import java.util.Set;

/** Access of a node without an authorizer: every operation is allowed. */
public final class EverybodyMay implements Access {
    @Override
    public boolean allowed(
            Request request, AclOperation operation, ResourceType type, String name) {
        return true;
    }

    @Override
    public Set<AclOperation> allowedOperations(Request request, ResourceType type, String name) {
        return switch (type) {
            case TOPIC ->
                    Set.of(
                            AclOperation.READ,
                            AclOperation.WRITE,
                            AclOperation.CREATE,
                            AclOperation.DESCRIBE,
                            AclOperation.DELETE,
                            AclOperation.ALTER,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS);
            case GROUP ->
                    Set.of(
                            AclOperation.READ,
                            AclOperation.DESCRIBE,
                            AclOperation.DELETE,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS);
            case CLUSTER ->
                    Set.of(
                            AclOperation.CREATE,
                            AclOperation.CLUSTER_ACTION,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS,
                            AclOperation.IDEMPOTENT_WRITE,
                            AclOperation.ALTER,
                            AclOperation.DESCRIBE);
            case TRANSACTIONAL_ID ->
                    Set.of(
                            AclOperation.DESCRIBE,
                            AclOperation.WRITE,
                            AclOperation.TWO_PHASE_COMMIT);
            case DELEGATION_TOKEN -> Set.of(AclOperation.DESCRIBE);
            case USER -> Set.of(AclOperation.CREATE_TOKENS, AclOperation.DESCRIBE_TOKENS);
            case UNKNOWN, ANY -> Set.of();
        };
    }
}
