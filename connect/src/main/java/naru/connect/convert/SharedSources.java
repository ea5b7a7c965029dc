package naru.connect.convert;

import naru.schema.client.HttpSchemaSource;
import naru.schema.client.RegistryAddress;
import naru.schema.client.SchemaSource;

import java.util.HashMap;
import java.util.Map;

/**
 * One client for all converters that ask the same registry as the same user: each has connections,
 * a thread and caches. Threads: any.
 */
final class SharedSources {
    private static final Map<RegistryAddress, Shared> SOURCES = new HashMap<>();

    private SharedSources() {}

    private record Shared(SchemaSource source, int users) {}

    static synchronized SchemaSource take(RegistryAddress address) {
        Shared shared = SOURCES.get(address);
        SchemaSource source = shared == null ? new HttpSchemaSource(address) : shared.source;
        SOURCES.put(address, new Shared(source, shared == null ? 1 : shared.users + 1));
        return source;
    }

    /** To be called once for each {@link #take}. */
    static synchronized void giveBack(RegistryAddress address) {
        Shared shared = SOURCES.get(address);
        if (shared == null) {
            return;
        }
        if (shared.users == 1) {
            SOURCES.remove(address);
            shared.source.close();
        } else {
            SOURCES.put(address, new Shared(shared.source, shared.users - 1));
        }
    }
}
