package naru.rest.record;

import naru.http.Refusal;
import naru.schema.SchemaFormat;
import naru.schema.client.RegisteredSchema;
import naru.schema.client.RegistryRefusedException;
import naru.schema.client.SchemaDefinition;
import naru.schema.client.SchemaSource;
import naru.schema.client.SchemaSourceException;
import naru.schema.client.SubjectVersion;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Finds the schema that a request means, and registers it when it brings one. What was found is
 * believed for half a minute. Any thread.
 */
public final class SchemaChoice {
    private static final int KEPT_MOST = 256;
    private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final SchemaSource source;
    private final LongSupplier nanos;
    private final Map<Asked, Found> found =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Asked, Found> eldest) {
                    return size() > KEPT_MOST;
                }
            };

    private record Asked(String topic, boolean key, SchemaWish wish) {}

    private record Found(ChosenSchema chosen, long at) {}

    public SchemaChoice(SchemaSource source, LongSupplier nanos) {
        this.source = source;
        this.nanos = nanos;
    }

    /**
     * @return null when keys or values of this kind have no schema
     * @throws Refusal 400 or 422 when there is no such schema, 408 when the registry does not say
     */
    public @Nullable ChosenSchema choose(String topic, boolean key, SchemaWish wish) {
        if (!wish.needsSchema()) {
            return null;
        }
        Asked asked = new Asked(topic, key, wish);
        synchronized (found) {
            Found known = found.get(asked);
            if (known != null && nanos.getAsLong() - known.at < BELIEVED_NANOS) {
                return known.chosen;
            }
        }
        ChosenSchema chosen = ask(topic, key, wish);
        synchronized (found) {
            found.put(asked, new Found(chosen, nanos.getAsLong()));
        }
        return chosen;
    }

    private ChosenSchema ask(String topic, boolean key, SchemaWish wish) {
        if (wish.subject() != null && wish.strategy() != null) {
            throw bad("Only one of 'subject' or 'subject_name_strategy' can be used.");
        }
        String text = wish.text();
        Integer id = wish.id();
        if ((text != null ? 1 : 0) + (id != null ? 1 : 0) + (wish.version() != null ? 1 : 0) > 1) {
            throw bad("Only one of 'schema_id', 'schema_version' or 'schema' can be used.");
        }
        try {
            ChosenSchema chosen;
            if (text != null) {
                chosen = ofText(topic, key, wish, text);
            } else if (id != null) {
                chosen = ofId(topic, key, wish, id);
            } else {
                chosen = ofSubject(topic, key, wish);
            }
            Embedded wanted = wish.type();
            if (wanted != null && chosen.type() != wanted) {
                throw bad(
                        "The schema of id %d is %s, and the type of the data is %s"
                                .formatted(chosen.id(), chosen.type(), wanted));
            }
            return chosen;
        } catch (SchemaSourceException fault) {
            throw refusal(fault);
        }
    }

    private ChosenSchema ofText(String topic, boolean key, SchemaWish wish, String text)
            throws SchemaSourceException {
        Embedded type = wish.type();
        SchemaFormat format =
                Optional.ofNullable(type)
                        .flatMap(Embedded::format)
                        .orElseThrow(() -> bad("'schema' can only be used together with 'type'."));
        SchemaDefinition definition = SchemaDefinition.of(format, text);
        NamingStrategy strategy = strategy(wish);
        String subject =
                wish.subject() != null
                        ? wish.subject()
                        : strategy.subject(topic, key, null)
                                .orElseThrow(() ->
                                        bad(
                                                "With 'schema', the subject follows from the topic"
                                                        + " only; name it with 'subject'."));
        int id = source.register(subject, definition, false);
        RegisteredSchema registered = source.byId(id, subject);
        return new ChosenSchema(
                Embedded.of(format), registered, subject, version(subject, registered));
    }

    private ChosenSchema ofId(String topic, boolean key, SchemaWish wish, int id)
            throws SchemaSourceException {
        RegisteredSchema registered = source.byId(id, wish.subject() == null ? "" : wish.subject());
        String subject =
                wish.subject() != null
                        ? wish.subject()
                        : strategy(wish)
                                .subject(topic, key, registered.schema().name())
                                .orElseThrow();
        Integer version = version(subject, registered);
        return new ChosenSchema(
                Embedded.of(registered.definition().format()),
                registered,
                version == null ? null : subject,
                version);
    }

    private ChosenSchema ofSubject(String topic, boolean key, SchemaWish wish)
            throws SchemaSourceException {
        String subject =
                wish.subject() != null
                        ? wish.subject()
                        : strategy(wish)
                                .subject(topic, key, null)
                                .orElseThrow(() ->
                                        bad(
                                                "'subject_name_strategy' %s needs 'schema_id', since the subject follows from the schema."
                                                        .formatted(wish.strategy())));
        Integer wanted = wish.version();
        SubjectVersion found =
                wanted == null ? source.latest(subject) : source.version(subject, wanted);
        return new ChosenSchema(
                Embedded.of(found.registered().definition().format()),
                found.registered(),
                found.subject(),
                found.version());
    }

    private static NamingStrategy strategy(SchemaWish wish) {
        NamingStrategy strategy = wish.strategy();
        return strategy == null ? NamingStrategy.TOPIC_NAME : strategy;
    }

    /** Null when the subject has other schemas only. */
    private @Nullable Integer version(String subject, RegisteredSchema registered)
            throws SchemaSourceException {
        try {
            return source.lookup(subject, registered.definition(), false).version();
        } catch (RegistryRefusedException refused) {
            if (refused.notFound()) {
                return null;
            }
            throw refused;
        }
    }

    private static Refusal bad(String message) {
        return new Refusal(400, message);
    }

    /** What the registry's no means to who wanted to produce or to consume. */
    public static Refusal refusal(SchemaSourceException fault) {
        String message = String.valueOf(fault.getMessage());
        if (fault instanceof RegistryRefusedException refused) {
            if (refused.status() == 401 || refused.status() == 403) {
                return new Refusal(refused.status(), refused.status() * 100 + 1, message);
            }
            if (refused.notFound()) {
                return new Refusal(422, 42206, "Payload error. " + message);
            }
            if (!refused.retriable()) {
                return new Refusal(422, 42205, "Invalid schema: " + message);
            }
        }
        return new Refusal(408, 40801, "Schema registration or lookup failed: " + message);
    }
}
