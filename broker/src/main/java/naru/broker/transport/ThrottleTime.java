package naru.broker.transport;

import org.apache.kafka.common.protocol.ApiMessage;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * Writes the throttle time into a response of whatever kind. The generated messages have the same
 * method and no common type with it.
 */
final class ThrottleTime {
    private static final ClassValue<Optional<MethodHandle>> SETTERS =
            new ClassValue<>() {
                @Override
                protected Optional<MethodHandle> computeValue(Class<?> type) {
                    try {
                        return Optional.of(
                                MethodHandles.publicLookup()
                                        .findVirtual(
                                                type,
                                                "setThrottleTimeMs",
                                                MethodType.methodType(type, int.class)));
                    } catch (ReflectiveOperationException none) {
                        return Optional.empty();
                    }
                }
            };

    private ThrottleTime() {}

    /** Without effect on the few kinds that have no room for it. */
    static void set(ApiMessage response, int millis) {
        Optional<MethodHandle> setter = SETTERS.get(response.getClass());
        if (setter.isPresent()) {
            try {
                Object ignored = setter.get().invoke(response, millis);
            } catch (Throwable e) {
                throw new IllegalStateException("a response refused its throttle time", e);
            }
        }
    }
}
