package naru.broker.api;

import naru.broker.config.Listener;
import naru.broker.transport.Request;

import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may ask about delegation tokens at all: who has shown who they are, and not by a token, which
 * would otherwise live on in tokens made with it (KIP-48).
 */
public final class TokenRequesters {
    private final Set<String> open;

    /**
     * @param listeners of the node
     */
    public TokenRequesters(List<Listener> listeners) {
        this.open =
                listeners.stream()
                        .filter(listener -> !listener.login() && !listener.encrypted())
                        .map(Listener::name)
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** What a broker passes on has come to a listener of that broker, which has looked. */
    boolean mayAsk(Request request) {
        KafkaPrincipal principal = request.principal();
        if (principal.tokenAuthenticated()) {
            return false;
        }
        return request.isForwarded()
                || (!open.contains(request.listenerName())
                        && !principal.equals(KafkaPrincipal.ANONYMOUS));
    }
}
