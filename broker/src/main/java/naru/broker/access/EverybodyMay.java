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
    public boolean permitted(
            Request request, AclOperation operation, ResourceType type, String name) {
        return true;
    }

    @Override
    public boolean allowedOnAny(Request request, AclOperation operation, ResourceType type) {
        return true;
    }

    @Override
    public Set<AclOperation> allowedOperations(Request request, ResourceType type, String name) {
        return ResourceOperations.of(type);
    }
}
