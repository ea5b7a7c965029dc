package naru.broker;

import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** An operation that a request needs on the resource of a type that it names. */
record Needed(ResourceType type, AclOperation operation) {
    /** Whose delegation tokens the matrix is about. */
    static final KafkaPrincipal SOMEBODY = new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "somebody");

    static Needed on(ResourceType type, AclOperation operation) {
        return new Needed(type, operation);
    }

    String name(Names names) {
        return switch (type) {
            case TOPIC -> names.topic();
            case GROUP -> names.group();
            case TRANSACTIONAL_ID -> names.transactionalId();
            case CLUSTER -> Resource.CLUSTER_NAME;
            case DELEGATION_TOKEN -> names.tokenId();
            case USER -> SOMEBODY.toString();
            case UNKNOWN, ANY -> throw new IllegalArgumentException("no resource: " + type);
        };
    }

    AclBinding rule(String principal, Names names, AclPermissionType permission) {
        return rule(principal, name(names), PatternType.LITERAL, permission);
    }

    AclBinding rule(
            String principal, String name, PatternType pattern, AclPermissionType permission) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry(principal, "*", operation, permission));
    }
}
