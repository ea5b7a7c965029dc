package naru.connect.convert;

import naru.schema.client.RegistryAddress;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Where the registry of this process is, for converters whose properties do not say where theirs
 * is: Kafka makes converters by their class alone.
 */
public final class OwnRegistry {
    private static final AtomicReference<@Nullable RegistryAddress> ADDRESS =
            new AtomicReference<>();

    private OwnRegistry() {}

    /**
     * @param address null: none runs in this process
     */
    public static void isAt(@Nullable RegistryAddress address) {
        ADDRESS.set(address);
    }

    static @Nullable RegistryAddress address() {
        return ADDRESS.get();
    }
}
