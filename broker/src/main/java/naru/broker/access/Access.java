package naru.broker.access;

import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

import java.util.Set;

/**
 * Decides whether the principal of a request may do an operation on a resource. Which operation a
 * request kind needs is Kafka's choice and stands in the request kind's file.
 *
 * <p>Threads: called by every selector loop; answers at once.
 */
public interface Access {
    /** Decides about the request; the audit log is told. */
    boolean allowed(Request request, AclOperation operation, ResourceType type, String name);

    /**
     * The same decision without anybody being told: for what is left out of a list, and for the
     * first of two ways to be allowed.
     */
    boolean permitted(Request request, AclOperation operation, ResourceType type, String name);

    /** Whether there may be a resource of the type on which the operation is allowed (KIP-1). */
    boolean allowedOnAny(Request request, AclOperation operation, ResourceType type);

    /**
     * Operations that the principal may do on the resource, to be answered as {@code
     * authorizedOperations} (KIP-430).
     */
    Set<AclOperation> allowedOperations(Request request, ResourceType type, String name);

    /** Tells the audit log of what no rule decides: what everybody may, what nobody may. */
    default void note(
            Request request,
            AclOperation operation,
            ResourceType type,
            String name,
            boolean allowed) {}

    /**
     * Tells the audit log of a change that was made.
     *
     * @param what without secrets
     */
    default void changed(Request request, String what) {}

    default boolean allowedOnCluster(Request request, AclOperation operation) {
        return allowed(request, operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
    }

    default boolean permittedOnCluster(Request request, AclOperation operation) {
        return permitted(request, operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
    }

    default boolean allowedOnTopic(Request request, AclOperation operation, String topic) {
        return allowed(request, operation, ResourceType.TOPIC, topic);
    }

    default boolean permittedOnTopic(Request request, AclOperation operation, String topic) {
        return permitted(request, operation, ResourceType.TOPIC, topic);
    }

    /** Topics are created by who may create any, and by who may create this one. */
    default boolean mayCreateTopic(Request request, String topic) {
        return permittedOnCluster(request, AclOperation.CREATE)
                ? allowedOnCluster(request, AclOperation.CREATE)
                : allowedOnTopic(request, AclOperation.CREATE, topic);
    }
}
