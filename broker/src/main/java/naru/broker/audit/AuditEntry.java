package naru.broker.audit;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.time.Instant;

/** One line of the audit log. */
sealed interface AuditEntry {
    Instant at();

    /** The line without its end. */
    String json();

    record Decision(
            Instant at,
            KafkaPrincipal principal,
            InetAddress client,
            String listener,
            ApiKeys api,
            @Nullable String clientId,
            AclOperation operation,
            ResourceType type,
            String resource,
            boolean allowed)
            implements AuditEntry {
        @Override
        public String json() {
            return new JsonLine()
                    .add("time", at.toString())
                    .add("event", "access")
                    .add("outcome", allowed ? "allowed" : "denied")
                    .add("principal", principal.toString())
                    .add("client", client.getHostAddress())
                    .add("clientId", clientId)
                    .add("listener", listener)
                    .add("api", api.name)
                    .add("operation", operation.name())
                    .add("resourceType", type.name())
                    .add("resource", resource)
                    .end();
        }
    }

    record Change(
            Instant at,
            KafkaPrincipal principal,
            InetAddress client,
            String listener,
            ApiKeys api,
            @Nullable String clientId,
            String what)
            implements AuditEntry {
        @Override
        public String json() {
            return new JsonLine()
                    .add("time", at.toString())
                    .add("event", "change")
                    .add("outcome", "made")
                    .add("principal", principal.toString())
                    .add("client", client.getHostAddress())
                    .add("clientId", clientId)
                    .add("listener", listener)
                    .add("api", api.name)
                    .add("what", what)
                    .end();
        }
    }

    record AuthenticationFailed(
            Instant at,
            String listener,
            InetAddress client,
            String mechanism,
            @Nullable String claimedName,
            String reason)
            implements AuditEntry {
        @Override
        public String json() {
            return new JsonLine()
                    .add("time", at.toString())
                    .add("event", "authentication")
                    .add("outcome", "failed")
                    .add("claimed", claimedName)
                    .add("client", client.getHostAddress())
                    .add("listener", listener)
                    .add("mechanism", mechanism)
                    .add("reason", reason)
                    .end();
        }
    }

    /** Entries that were not written because there were too many. */
    record Dropped(Instant at, long count) implements AuditEntry {
        @Override
        public String json() {
            return new JsonLine()
                    .add("time", at.toString())
                    .add("event", "dropped")
                    .add("count", count)
                    .end();
        }
    }
}
