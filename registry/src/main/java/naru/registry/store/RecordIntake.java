package naru.registry.store;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes records of the topic, whoever wrote them: one that is not understood is told and left out.
 */
final class RecordIntake {
    private static final Logger LOG = LoggerFactory.getLogger("naru.registry");

    private RecordIntake() {}

    /**
     * @param place of the record, for a person
     */
    static void give(
            StoreLog.Reader reader,
            byte @Nullable [] key,
            byte @Nullable [] value,
            long timestampMillis,
            String place) {
        try {
            if (key == null) {
                throw new IllegalArgumentException("it has no key");
            }
            reader.read(StoreKey.parse(key), object(value), timestampMillis);
        } catch (IllegalArgumentException strange) {
            LOG.warn(
                    "the record at {} is not understood and is left out: {}",
                    place,
                    strange.getMessage());
        }
    }

    private static @Nullable ObjectNode object(byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        return switch (RecordFormat.parse(value)) {
            case ObjectNode tree -> tree;
            case NullNode nothing -> null;
            default -> throw new IllegalArgumentException("its value is no JSON object");
        };
    }
}
