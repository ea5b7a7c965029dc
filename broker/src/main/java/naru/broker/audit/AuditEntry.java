package naru.broker.audit;

import naru.broker.transport.Request;

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

    /** Who asked for something, and for what. */
    record Asked(
            KafkaPrincipal principal,
            InetAddress client,
            String listener,
            ApiKeys api,
            @Nullable String clientId) {
        static Asked of(Request request) {
            return new Asked(
                    request.principal(),
                    request.clientAddress(),
                    request.listenerName(),
                    request.api(),
                    request.header().clientId());
        }

        private JsonLine addTo(JsonLine line) {
            return line.add("principal", principal.toString())
                    .add("client", client.getHostAddress())
                    .add("clientId", clientId)
                    .add("listener", listener)
                    .add("api", api.name);
        }
    }

    private static JsonLine line(Instant at, String event) {
        return new JsonLine().add("time", at.toString()).add("event", event);
    }

    record Decision(
            Instant at,
            Asked asked,
            AclOperation operation,
            ResourceType type,
            String resource,
            boolean allowed)
            implements AuditEntry {
        @Override
        public String json() {
            return asked.addTo(line(at, "access").add("outcome", allowed ? "allowed" : "denied"))
                    .add("operation", operation.name())
                    .add("resourceType", type.name())
                    .add("resource", resource)
                    .end();
        }
    }

    record Change(Instant at, Asked asked, String what) implements AuditEntry {
        @Override
        public String json() {
            return asked.addTo(line(at, "change").add("outcome", "made")).add("what", what).end();
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
            return line(at, "authentication")
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
            return line(at, "dropped").add("count", count).end();
        }
    }
}
