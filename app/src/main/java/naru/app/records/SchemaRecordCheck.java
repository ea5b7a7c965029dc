package naru.app.records;

import naru.broker.config.RecordPolicy.SubjectStrategy;
import naru.broker.enforce.RecordCheck;
import naru.schema.payload.Framing;
import naru.schema.payload.InvalidPayloadException;
import naru.schema.payload.MessageIndexes;
import naru.schema.payload.SchemaId;
import naru.schema.protobuf.ProtobufSchema;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A record's part is sound when it is framed, the registry knows the id, has it under the subject
 * that the topic asks for, and the payload is whole and of that schema. Ids are those of the
 * registry's default context.
 *
 * <p>Threads: any; never waits.
 */
public final class SchemaRecordCheck implements RecordCheck {
    private final KnownSchemas schemas;

    public SchemaRecordCheck(KnownSchemas schemas) {
        this.schemas = schemas;
    }

    @Override
    public Finding check(Part part, boolean mayBeCostly) {
        try {
            Framing.Framed framed = Framing.read(header(part), part.payload());
            return switch (schemas.of(framed.schema())) {
                case KnownSchemas.Usable usable -> check(part, framed, usable, mayBeCostly);
                case KnownSchemas.Absent(String reason) -> new Finding.Bad(reason);
                case KnownSchemas.NotAsked() -> unknown(framed.schema());
            };
        } catch (InvalidPayloadException notFramed) {
            return new Finding.Bad("not in the wire format: " + notFramed.getMessage());
        }
    }

    private static byte @Nullable [] header(Part part) {
        ByteBuffer header = part.schemaHeader();
        if (header == null) {
            return null;
        }
        byte[] bytes = new byte[header.remaining()];
        header.duplicate().get(bytes);
        return bytes;
    }

    private Finding unknown(SchemaId id) {
        return new Finding.Unknown(() -> schemas.learn(id));
    }

    private Finding check(
            Part part, Framing.Framed framed, KnownSchemas.Usable usable, boolean mayBeCostly)
            throws InvalidPayloadException {
        String subject = subject(part, framed.body(), usable);
        if (!usable.subjects().contains(subject)) {
            return schemas.isMissing(framed.schema(), subject)
                    ? new Finding.Bad(
                            "the schema with %s is registered under %s, not under %s"
                                    .formatted(framed.schema(), usable.subjects(), subject))
                    : new Finding.Unknown(() -> schemas.learn(framed.schema(), subject));
        }
        if (!mayBeCostly && !usable.linear()) {
            return Finding.COSTLY;
        }
        Optional<String> problem = usable.check().problem(framed.body());
        return problem.isEmpty()
                ? Finding.SOUND
                : new Finding.Bad(
                        "not of the schema with %s: %s".formatted(framed.schema(), problem.get()));
    }

    private static String subject(Part part, ByteBuffer body, KnownSchemas.Usable usable)
            throws InvalidPayloadException {
        return switch (part.strategy()) {
            case SubjectStrategy.TOPIC_NAME -> part.topic() + (part.isKey() ? "-key" : "-value");
            case SubjectStrategy.RECORD_NAME -> name(body, usable);
            case SubjectStrategy.TOPIC_RECORD_NAME -> part.topic() + "-" + name(body, usable);
        };
    }

    private static String name(ByteBuffer body, KnownSchemas.Usable usable)
            throws InvalidPayloadException {
        return usable.schema() instanceof ProtobufSchema protobuf
                ? MessageIndexes.read(body.duplicate()).in(protobuf.file()).getFullName()
                : usable.schema().name();
    }
}
