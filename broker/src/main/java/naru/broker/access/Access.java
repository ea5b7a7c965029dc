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
    boolean allowed(Request request, AclOperation operation, ResourceType type, String name);

    /**
     * Operations that the principal may do on the resource, to be answered as {@code
     * authorizedOperations} (KIP-430).
     */
    Set<AclOperation> allowedOperations(Request request, ResourceType type, String name);

    default boolean allowedOnCluster(Request request, AclOperation operation) {
        return allowed(request, operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
    }

    default boolean allowedOnTopic(Request request, AclOperation operation, String topic) {
        return allowed(request, operation, ResourceType.TOPIC, topic);
    }
}
