package naru.rest.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Refusal;
import naru.rest.cluster.UserClients;
import naru.rest.record.ChosenSchema;
import naru.rest.record.Embedded;
import naru.rest.record.NamingStrategy;
import naru.rest.record.SchemaWish;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Makes records of what v3 takes for them. */
final class RecordMaker {
    private static final String[] FIELDS = {"partition_id", "headers", "key", "value", "timestamp"};
    private static final String[] DATA_FIELDS = {
        "type", "subject", "subject_name_strategy", "schema_id", "schema_version", "schema", "data"
    };

    private final String topic;
    private final UserClients.Lease lease;

    /**
     * A key or a value, as the answer tells of it.
     *
     * @param size in bytes
     */
    record Part(Embedded type, @Nullable ChosenSchema schema, int size) {}

    /** What is sent, and what is answered when it has arrived; parts that are missing are null. */
    record Made(ProducerRecord<byte[], byte[]> record, @Nullable Part key, @Nullable Part value) {}

    RecordMaker(String topic, UserClients.Lease lease) {
        this.topic = topic;
        this.lease = lease;
    }

    /**
     * @throws Refusal 400 or 422 when it is no record, or its data is not of its schema
     */
    Made make(JsonNode given) {
        if (!(given instanceof ObjectNode object)) {
            throw new Refusal(400, "a record is a JSON object, and this is " + given.getNodeType());
        }
        Scope.check(object, FIELDS);
        Integer partition = Scope.number(object, "partition_id");
        if (partition != null && partition < 0) {
            throw new Refusal(404, 40402, "Partition not found.");
        }
        Encoded key = encoded(object, "key");
        Encoded value = encoded(object, "value");
        return new Made(
                new ProducerRecord<>(
                        topic,
                        partition,
                        timestamp(object),
                        key.bytes,
                        value.bytes,
                        headers(object)),
                key.part,
                value.part);
    }

    private static @Nullable Long timestamp(ObjectNode object) {
        String text = Scope.text(object, "timestamp");
        if (text == null) {
            return null;
        }
        try {
            Instant instant =
                    text.endsWith("Z")
                            ? Instant.parse(text)
                            : OffsetDateTime.parse(text).toInstant();
            if (instant.toEpochMilli() >= 0) {
                return instant.toEpochMilli();
            }
        } catch (DateTimeParseException | ArithmeticException malformed) {
            // Said below.
        }
        throw new Refusal(
                400, "timestamp is a time such as 2021-02-05T19:14:42Z, not '%s'".formatted(text));
    }

    private static List<Header> headers(ObjectNode object) {
        List<Header> headers = new ArrayList<>();
        for (JsonNode each : object.path("headers")) {
            String value = Scope.text(each, "value");
            try {
                headers.add(
                        new RecordHeader(
                                Scope.needed(each, "name"),
                                value == null ? null : Base64.getDecoder().decode(value)));
            } catch (IllegalArgumentException notBase64) {
                throw new Refusal(
                        400,
                        "a header's value is base64, and this is not: " + notBase64.getMessage());
            }
        }
        return headers;
    }

    /** A key or a value with its bytes; one that is missing has neither. */
    private static final class Encoded {
        private final byte @Nullable [] bytes;
        private final @Nullable Part part;

        Encoded(byte @Nullable [] bytes, @Nullable Part part) {
            this.bytes = bytes;
            this.part = part;
        }
    }

    private Encoded encoded(ObjectNode object, String name) {
        JsonNode given = object.path(name);
        if (given.isMissingNode() || given.isNull()) {
            return new Encoded(null, null);
        }
        if (!(given instanceof ObjectNode part)) {
            throw new Refusal(
                    400,
                    "the field %s is an object with 'type' and 'data', and this is %s"
                            .formatted(name, given.getNodeType()));
        }
        Scope.check(part, DATA_FIELDS);
        SchemaWish wish = wish(part);
        Embedded plain = wish.type();
        if (plain != null
                && plain.format().isEmpty()
                && (wish.text() != null || wish.id() != null || wish.version() != null)) {
            throw new Refusal(400, "data of type %s has no schema".formatted(plain));
        }
        ChosenSchema schema =
                plain != null && plain.format().isEmpty()
                        ? null
                        : lease.schemaChoice().choose(topic, name.equals("key"), wish);
        Embedded type = schema == null ? (plain == null ? Embedded.BINARY : plain) : schema.type();
        byte[] bytes = lease.coder().bytes(type, schema, part.path("data"));
        return new Encoded(bytes, new Part(type, schema, bytes == null ? 0 : bytes.length));
    }

    private static SchemaWish wish(ObjectNode part) {
        return new SchemaWish(
                type(Scope.text(part, "type")),
                Scope.text(part, "subject"),
                strategy(Scope.text(part, "subject_name_strategy")),
                Scope.number(part, "schema_id"),
                Scope.number(part, "schema_version"),
                Scope.text(part, "schema"));
    }

    private static @Nullable Embedded type(@Nullable String name) {
        if (name == null) {
            return null;
        }
        for (Embedded each : Embedded.values()) {
            if (each.name().equals(name.toUpperCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new Refusal(
                400,
                "type is one of %s, not '%s'".formatted(Arrays.toString(Embedded.values()), name));
    }

    private static @Nullable NamingStrategy strategy(@Nullable String name) {
        return name == null
                ? null
                : NamingStrategy.named(name.toUpperCase(Locale.ROOT))
                        .orElseThrow(() ->
                                new Refusal(
                                        400,
                                        "subject_name_strategy is one of %s, not '%s'"
                                                .formatted(
                                                        Arrays.toString(NamingStrategy.values()),
                                                        name)));
    }
}
