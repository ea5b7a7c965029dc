package naru.broker.access;

import naru.broker.audit.AuditTrail;
import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

import java.util.Set;

/** Access whose decisions an audit trail is told. */
public final class AuditedAccess implements Access {
    /** Stands for whichever resource of a type. */
    private static final String ANY_RESOURCE = "*";

    private final Access access;
    private final AuditTrail trail;

    public AuditedAccess(Access access, AuditTrail trail) {
        this.access = access;
        this.trail = trail;
    }

    @Override
    public boolean allowed(
            Request request, AclOperation operation, ResourceType type, String name) {
        boolean allowed = access.permitted(request, operation, type, name);
        trail.onDecision(request, operation, type, name, allowed);
        return allowed;
    }

    @Override
    public boolean permitted(
            Request request, AclOperation operation, ResourceType type, String name) {
        return access.permitted(request, operation, type, name);
    }

    @Override
    public void note(
            Request request,
            AclOperation operation,
            ResourceType type,
            String name,
            boolean allowed) {
        trail.onDecision(request, operation, type, name, allowed);
    }

    @Override
    public void changed(Request request, String what) {
        trail.onChange(request, what);
    }

    @Override
    public boolean allowedOnAny(Request request, AclOperation operation, ResourceType type) {
        boolean allowed = access.allowedOnAny(request, operation, type);
        trail.onDecision(request, operation, type, ANY_RESOURCE, allowed);
        return allowed;
    }

    @Override
    public Set<AclOperation> allowedOperations(Request request, ResourceType type, String name) {
        return access.allowedOperations(request, type, name);
    }
}
