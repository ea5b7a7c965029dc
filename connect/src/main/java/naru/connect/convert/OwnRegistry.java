package naru.connect.convert;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where the registry of this process is, for converters whose properties do not say where theirs
 * is: Kafka makes converters by their class alone.
 */
public final class OwnRegistry {
    private static final AtomicReference<@Nullable URI> ADDRESS = new AtomicReference<>();

    private OwnRegistry() {}

    /**
     * @param address null: none runs in this process
     */
    public static void isAt(@Nullable URI address) {
        ADDRESS.set(address);
    }

    static @Nullable URI address() {
        return ADDRESS.get();
    }
}
