package naru.app.records;

import naru.schema.ParsedSchema;
import naru.schema.PayloadCheck;
import naru.schema.SchemaFormat;
import naru.schema.client.RegisteredSchema;
import naru.schema.client.RegistryRefusedException;
import naru.schema.client.SchemaSource;
import naru.schema.client.SchemaSourceException;
import naru.schema.client.UnusableSchemaException;
import naru.schema.payload.SchemaId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What a registry has said of ids. What is known stays known while the registry is away; after a
 * minute it is asked again in the background.
 *
 * <p>Threads: any. Only {@link #learn} causes calls, each on a virtual thread: at most so many at
 * once, one for each id, and none for a moment after the registry did not answer.
 */
public final class KnownSchemas implements AutoCloseable {
    private static final int MOST_SCHEMAS = 1_000;
    private static final int MOST_ABSENT = 10_000;
    private static final int MOST_AT_ONCE = 64;
    private static final long FRESH_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long ABSENT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long AWAY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Duration timeout;
    private final LongSupplier nanoTime;
    private final Map<SchemaId, Entry> usable = new ConcurrentHashMap<>();
    private final Map<Missing, Gone> missing = new ConcurrentHashMap<>();
    private final Map<SchemaId, CompletableFuture<Void>> running = new ConcurrentHashMap<>();
    private volatile @Nullable SchemaSource source;
    private volatile @Nullable Away away;

    /** What is known of an id. */
    sealed interface Knowledge {}

    /**
     * @param linear whether the check takes no more time than a walk over the payload
     * @param subjects under which it is registered
     */
    record Usable(ParsedSchema schema, PayloadCheck check, boolean linear, Set<String> subjects)
            implements Knowledge {}

    /** The registry has said a moment ago that nothing can be checked with it. */
    record Absent(String reason) implements Knowledge {}

    record NotAsked() implements Knowledge {}

    private static final NotAsked NOT_ASKED = new NotAsked();

    private static final class Entry {
        private final Usable usable;
        private volatile long askAgainAtNanos;

        Entry(Usable usable, long askAgainAtNanos) {
            this.usable = usable;
            this.askAgainAtNanos = askAgainAtNanos;
        }
    }

    /**
     * @param subject empty: the id itself
     */
    private record Missing(SchemaId id, String subject) {}

    private record Gone(String reason, long endNanos) {}

    private record Away(String reason, long endNanos) {}

    /**
     * @param timeout how long learning takes at most
     */
    public KnownSchemas(Duration timeout, LongSupplier nanoTime) {
        this.timeout = timeout;
        this.nanoTime = nanoTime;
    }

    /** Asks there from now on; closed with this. */
    public void ask(SchemaSource registry) {
        source = registry;
    }

    Knowledge of(SchemaId id) {
        Entry entry = usable.get(id);
        if (entry != null) {
            if (isOver(entry.askAgainAtNanos)) {
                entry.askAgainAtNanos = nanoTime.getAsLong() + FRESH_NANOS;
                var _ = learn(id);
            }
            return entry.usable;
        }
        Gone gone = missing.get(new Missing(id, ""));
        return gone == null || isOver(gone.endNanos) ? NOT_ASKED : new Absent(gone.reason);
    }

    /** Whether the registry has said a moment ago that the id is not under the subject. */
    boolean isMissing(SchemaId id, String subject) {
        Gone gone = missing.get(new Missing(id, subject));
        return gone != null && !isOver(gone.endNanos);
    }

    private boolean isOver(long endNanos) {
        return nanoTime.getAsLong() - endNanos >= 0;
    }

    /** Asks what an id means, and whether it is under a subject. */
    CompletionStage<Void> learn(SchemaId id, String subject) {
        return learn(id)
                .thenRun(() -> {
                    Entry entry = usable.get(id);
                    if (entry != null && !entry.usable.subjects().contains(subject)) {
                        note(new Missing(id, subject), "");
                    }
                });
    }

    /** Asks what an id means. */
    CompletionStage<Void> learn(SchemaId id) {
        SchemaSource registry = source;
        Away silent = away;
        if (registry == null) {
            return refused("the schema registry is not known: set naru.schema.registry.url");
        }
        if (silent != null && !isOver(silent.endNanos)) {
            return refused(silent.reason);
        }
        if (running.size() >= MOST_AT_ONCE) {
            return refused("too many schemas are asked for at once");
        }
        CompletableFuture<Void> fresh = new CompletableFuture<>();
        CompletableFuture<Void> other = running.putIfAbsent(id, fresh);
        if (other != null) {
            return bounded(other);
        }
        Thread.startVirtualThread(() -> {
            Throwable failure = null;
            try {
                ask(registry, id);
            } catch (SchemaSourceException | RuntimeException | Error fault) {
                failure = fault;
            }
            // First, so that who asks again when it is told is not given the same answer.
            running.remove(id);
            if (failure == null) {
                fresh.complete(null);
            } else {
                fresh.completeExceptionally(failure);
            }
        });
        return bounded(fresh);
    }

    private static CompletionStage<Void> refused(String reason) {
        return CompletableFuture.failedFuture(new IllegalStateException(reason));
    }

    private CompletionStage<Void> bounded(CompletableFuture<Void> answer) {
        return answer.copy()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    Throwable cause =
                            failure instanceof CompletionException && failure.getCause() != null
                                    ? failure.getCause()
                                    : failure;
                    throw new IllegalStateException(
                            cause instanceof TimeoutException
                                    ? "the schema registry does not answer within %d ms"
                                            .formatted(timeout.toMillis())
                                    : String.valueOf(cause.getMessage()),
                            cause);
                });
    }

    private void ask(SchemaSource registry, SchemaId id) throws SchemaSourceException {
        try {
            RegisteredSchema found =
                    switch (id) {
                        case SchemaId.Numbered(int number) -> registry.byId(number);
                        case SchemaId.Unique(var guid) -> registry.byGuid(guid);
                    };
            keep(id, found.schema(), registry.subjectsOf(found.id(), ""));
        } catch (RegistryRefusedException refused) {
            if (!refused.notFound()) {
                away = new Away(text(refused), nanoTime.getAsLong() + AWAY_NANOS);
                throw refused;
            }
            usable.remove(id);
            note(new Missing(id, ""), "the registry has no schema with " + id);
        } catch (UnusableSchemaException unusable) {
            note(new Missing(id, ""), text(unusable));
        } catch (SchemaSourceException silent) {
            away = new Away(text(silent), nanoTime.getAsLong() + AWAY_NANOS);
            throw silent;
        }
    }

    private static String text(SchemaSourceException failure) {
        return String.valueOf(failure.getMessage());
    }

    private void keep(SchemaId id, ParsedSchema schema, Set<String> subjects) {
        if (usable.size() >= MOST_SCHEMAS) {
            usable.clear();
        }
        Entry before = usable.get(id);
        PayloadCheck check =
                before != null && before.usable.schema() == schema
                        ? before.usable.check()
                        : schema.payloadCheck();
        boolean linear = schema.format() != SchemaFormat.JSON;
        Set<String> names =
                subjects.stream().map(KnownSchemas::inContext).collect(Collectors.toSet());
        usable.put(
                id,
                new Entry(
                        new Usable(schema, check, linear, names),
                        nanoTime.getAsLong() + FRESH_NANOS));
    }

    /** A subject's name without its context, which is that of the id. */
    private static String inContext(String subject) {
        int end = subject.startsWith(":.") ? subject.indexOf(':', 1) : -1;
        return subject.substring(end + 1);
    }

    private void note(Missing what, String reason) {
        if (missing.size() >= MOST_ABSENT) {
            missing.clear();
        }
        missing.put(what, new Gone(reason, nanoTime.getAsLong() + ABSENT_NANOS));
    }

    @Override
    public void close() {
        SchemaSource registry = source;
        if (registry != null) {
            registry.close();
        }
    }
}
