package naru.broker.enforce;

import naru.broker.config.RecordPolicy.SubjectStrategy;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides whether a record's key or value is what it says it is.
 *
 * <p>Threads: any, network loops among them; a check never waits.
 */
@FunctionalInterface
public interface RecordCheck {
    /** Header that may name the schema of a record's key. */
    String KEY_SCHEMA_HEADER = "__key_schema_id";

    /** Header that may name the schema of a record's value. */
    String VALUE_SCHEMA_HEADER = "__value_schema_id";

    /** Where there is nobody to ask. */
    RecordCheck NONE =
            (part, mayBeCostly) ->
                    new Finding.Unknown(() ->
                            CompletableFuture.failedFuture(
                                    new IllegalStateException(
                                            "this node knows no schema registry")));

    /**
     * A key or a value.
     *
     * @param schemaHeader value of the header that names its schema, if there is one
     */
    record Part(
            String topic,
            boolean isKey,
            SubjectStrategy strategy,
            @Nullable ByteBuffer schemaHeader,
            ByteBuffer payload) {}

    /** What is found. */
    sealed interface Finding {
        Finding SOUND = new Sound();
        Finding COSTLY = new Costly();

        record Sound() implements Finding {}

        /** It is not; the reason names the field where that is known. */
        record Bad(String reason) implements Finding {}

        /** Looking at it may take long: ask again where that does no harm. */
        record Costly() implements Finding {}

        /** Something has to be learned first. */
        record Unknown(Learning learning) implements Finding {}
    }

    /** Learns what a check needs to know. */
    @FunctionalInterface
    interface Learning {
        /**
         * Begins, and returns at once.
         *
         * @return completes within a bounded time when the check is worth asking again; with a
         *     failure whose message says why nothing was learned
         */
        CompletionStage<?> begin();
    }

    /**
     * Looks at a key or value that is not null.
     *
     * @param mayBeCostly whether more time than a walk over the payload may be taken
     */
    Finding check(Part part, boolean mayBeCostly);
}
