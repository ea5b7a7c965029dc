package naru.broker.audit;

import org.apache.kafka.common.acl.AclOperation;

import java.util.Locale;

/** How much the audit log is told. Failed authentications are always written. */
public enum AuditLevel {
    /** What was not let. */
    DENIED,
    /** That, and what was let change something other than records: topics, settings, rules. */
    CHANGES,
    /** Everything, which is much. */
    ALL;

    public static AuditLevel of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    boolean includes(AclOperation operation, boolean allowed) {
        return switch (this) {
            case DENIED -> !allowed;
            case CHANGES -> !allowed || isChange(operation);
            case ALL -> true;
        };
    }

    boolean includesChanges() {
        return switch (this) {
            case DENIED -> false;
            case CHANGES, ALL -> true;
        };
    }

    private static boolean isChange(AclOperation operation) {
        return switch (operation) {
            case CREATE, DELETE, ALTER, ALTER_CONFIGS, CREATE_TOKENS -> true;
            case UNKNOWN,
                    ANY,
                    ALL,
                    READ,
                    WRITE,
                    DESCRIBE,
                    CLUSTER_ACTION,
                    DESCRIBE_CONFIGS,
                    IDEMPOTENT_WRITE,
                    DESCRIBE_TOKENS,
                    TWO_PHASE_COMMIT ->
                    false;
        };
    }
}
