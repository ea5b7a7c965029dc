package naru.broker.config;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The controller listener of a node that was told nothing about controllers: with it other nodes
 * can join.
 */
final class ImpliedController {
    private static final int PORT = 9093;
    private static final String LOOPBACK = "127.0.0.1";
    private static final List<String> WORDS_ON_CONTROLLERS =
            List.of(
                    MetadataSettings.QUORUM_VOTERS,
                    MetadataSettings.QUORUM_BOOTSTRAP_SERVERS,
                    NaruSettings.INITIAL_CONTROLLERS);

    private final Map<String, Object> values;
    private final boolean openPermitted;

    /**
     * @param openPermitted whether others may come in without showing who they are
     */
    ImpliedController(Map<String, Object> values, boolean openPermitted) {
        this.values = values;
        this.openPermitted = openPermitted;
    }

    /**
     * On the host of the first listener, or on loopback where it would let strangers in; null for a
     * node that has been told about controllers, or is none.
     */
    @Nullable Listener beside(
            List<Listener> broker,
            List<Listener> controller,
            String name,
            @Nullable String protocol) {
        if (broker.isEmpty()
                || !controller.isEmpty()
                || !(values.get(MetadataSettings.PROCESS_ROLES) instanceof List<?> roles)
                || !roles.contains("controller")
                || WORDS_ON_CONTROLLERS.stream().anyMatch(this::given)) {
            return null;
        }
        Listener listener =
                new Listener(
                        name,
                        broker.getFirst().host(),
                        PORT,
                        protocol == null ? "PLAINTEXT" : protocol);
        List<BadConfiguration.Problem> unprotected = new ArrayList<>();
        ProtectionRules protection = new ProtectionRules(values, unprotected);
        protection.check(listener);
        if (!unprotected.isEmpty()) {
            return null;
        }
        boolean open = !protection.authenticates(listener) && !listener.loopback();
        return open && !openPermitted
                ? new Listener(name, LOOPBACK, PORT, listener.protocol())
                : listener;
    }

    private boolean given(String key) {
        return switch (values.get(key)) {
            case null -> false;
            case List<?> list -> !list.isEmpty();
            case Object other -> !other.toString().isBlank();
        };
    }
}
