package naru.broker.audit;

import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/** Takes note of decisions. Called on selector loops; must not wait for anything. */
public interface AuditTrail {
    /** Takes note of nothing. */
    AuditTrail NONE =
            new AuditTrail() {
                @Override
                public void onDecision(
                        Request request,
                        AclOperation operation,
                        ResourceType type,
                        String name,
                        boolean allowed) {}

                @Override
                public void onChange(Request request, String what) {}

                @Override
                public void onAuthenticationFailed(
                        String listenerName,
                        InetAddress client,
                        String mechanism,
                        @Nullable String claimedName,
                        String reason) {}
            };

    void onDecision(
            Request request,
            AclOperation operation,
            ResourceType type,
            String name,
            boolean allowed);

    /**
     * Something other than records was changed.
     *
     * @param what without secrets
     */
    void onChange(Request request, String what);

    /**
     * Somebody did not prove who they are.
     *
     * @param mechanism a SASL mechanism, or {@code SSL}
     * @param claimedName whom the client said to be, when it came to say so
     * @param reason without secrets
     */
    void onAuthenticationFailed(
            String listenerName,
            InetAddress client,
            String mechanism,
            @Nullable String claimedName,
            String reason);
}
