package naru.broker.transport;

import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.Map;

/** What a listener serves: a handler for each request kind. Immutable once the listener is open. */
public final class ApiTable {
    private final @Nullable RequestHandler[] handlers = new RequestHandler[TransportStats.APIS];
    private final Map<ApiKeys, RequestHandler> byApi = new EnumMap<>(ApiKeys.class);
    private boolean charged = true;

    public ApiTable serve(ApiKeys api, RequestHandler handler) {
        if (byApi.put(api, handler) != null) {
            throw new IllegalStateException(api + " has two handlers");
        }
        handlers[api.id] = handler;
        return this;
    }

    /** Serves a request kind that clients are not told of. */
    public ApiTable serveUnlisted(ApiKeys api, RequestHandler handler) {
        handlers[api.id] = handler;
        return this;
    }

    /** Has requests that come here, from other nodes, not be charged to any quota. */
    public ApiTable withoutQuotas() {
        charged = false;
        return this;
    }

    boolean charges(ApiKeys api) {
        return charged && !api.clusterAction;
    }

    /** Null for a request kind that is not served. */
    public @Nullable RequestHandler handler(ApiKeys api) {
        return handlers[api.id];
    }

    /** The request kinds that clients are told of, in the order of their ids. */
    public Iterable<ApiKeys> served() {
        return byApi.keySet();
    }
}
