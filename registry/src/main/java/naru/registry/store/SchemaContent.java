package naru.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.SchemaFormat;
import naru.schema.SchemaReference;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * What makes a schema itself: two of equal content have one id in a context, whatever their
 * subjects.
 *
 * @param text as it is stored
 * @param metadata and {@code ruleSet} are kept as they came
 */
public record SchemaContent(
        SchemaFormat format,
        String text,
        List<SchemaReference> references,
        @Nullable ObjectNode metadata,
        @Nullable ObjectNode ruleSet) {
    /** The same wherever and whenever it is registered. */
    public UUID guid() {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            for (Object part : List.of(format, text, references)) {
                digest.update(part.toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            digest.update(String.valueOf(metadata).getBytes(StandardCharsets.UTF_8));
            digest.update(String.valueOf(ruleSet).getBytes(StandardCharsets.UTF_8));
            ByteBuffer hash = ByteBuffer.wrap(digest.digest());
            return new UUID(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("this Java has no MD5", impossible);
        }
    }

    public SchemaContent withText(String other) {
        return new SchemaContent(format, other, references, metadata, ruleSet);
    }

    /** With each reference once, in the order of their names. */
    public SchemaContent withSortedReferences() {
        List<SchemaReference> sorted =
                references.stream()
                        .distinct()
                        .sorted(Comparator.comparing(SchemaReference::name))
                        .toList();
        return new SchemaContent(format, text, sorted, metadata, ruleSet);
    }

    public SchemaContent with(@Nullable ObjectNode otherMetadata, @Nullable ObjectNode otherRules) {
        return new SchemaContent(format, text, references, otherMetadata, otherRules);
    }
}
