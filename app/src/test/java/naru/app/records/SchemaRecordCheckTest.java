package naru.app.records;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.broker.config.RecordPolicy.SubjectStrategy;
import naru.broker.enforce.RecordCheck.Finding;
import naru.broker.enforce.RecordCheck.Part;
import naru.schema.InvalidSchemaException;
import naru.schema.SchemaFormat;
import naru.schema.SchemaLimits;
import naru.schema.SchemaParser;
import naru.schema.client.RegisteredSchema;
import naru.schema.client.RegistryAddress;
import naru.schema.client.RegistryRefusedException;
import naru.schema.client.RegistryUnreachableException;
import naru.schema.client.SchemaDefinition;
import naru.schema.client.SchemaSource;
import naru.schema.client.SchemaSourceException;
import naru.schema.client.SubjectVersion;
import naru.schema.payload.Framing;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

class SchemaRecordCheckTest {
    private static final UUID GUID = new UUID(3, 4);

    private final AtomicLong nanoTime = new AtomicLong(1);
    private final KnownSchemas schemas = new KnownSchemas(Duration.ofSeconds(30), nanoTime::get);
    private final SchemaRecordCheck check = new SchemaRecordCheck(schemas);
    private final FakeSource registry = new FakeSource();

    /** A registry in memory that can be away. */
    private static final class FakeSource implements SchemaSource {
        private final Map<Integer, SchemaDefinition> byId = new ConcurrentHashMap<>();
        private final Map<Integer, Set<String>> subjects = new ConcurrentHashMap<>();
        private final AtomicInteger asked = new AtomicInteger();
        private volatile boolean away;

        void put(int id, SchemaFormat format, String text, String... under) {
            byId.put(id, SchemaDefinition.of(format, text));
            subjects.put(id, Set.of(under));
        }

        @Override
        public RegisteredSchema byId(int id, String subject) throws SchemaSourceException {
            asked.incrementAndGet();
            if (away) {
                throw new RegistryUnreachableException("nobody is there");
            }
            SchemaDefinition found = byId.get(id);
            if (found == null) {
                throw new RegistryRefusedException(404, 40403, "Schema not found");
            }
            try {
                return new RegisteredSchema(
                        id,
                        found,
                        new SchemaParser(SchemaLimits.DEFAULT)
                                .parse(found.format(), found.text(), Map.of()));
            } catch (InvalidSchemaException broken) {
                throw new AssertionError(broken);
            }
        }

        @Override
        public RegisteredSchema byGuid(UUID guid) throws SchemaSourceException {
            return byId(guid.equals(GUID) ? 1 : 0, "");
        }

        @Override
        public Set<String> subjectsOf(int id, String subject) {
            return subjects.getOrDefault(id, Set.of());
        }

        @Override
        public SubjectVersion latest(String subject) {
            throw new AssertionError("not asked");
        }

        @Override
        public SubjectVersion version(String subject, int version) {
            throw new AssertionError("not asked");
        }

        @Override
        public SubjectVersion lookup(
                String subject, SchemaDefinition definition, boolean normalize) {
            throw new AssertionError("not asked");
        }

        @Override
        public int register(String subject, SchemaDefinition definition, boolean normalize) {
            throw new AssertionError("not asked");
        }

        @Override
        public void close() {}
    }

    private Finding judge(byte[] payload) {
        return judge(payload, SubjectStrategy.TOPIC_NAME, true);
    }

    /** Asks until nothing has to be learned any more. */
    private Finding judge(byte[] payload, SubjectStrategy strategy, boolean mayBeCostly) {
        return judge(new Part("t", false, strategy, null, ByteBuffer.wrap(payload)), mayBeCostly);
    }

    private Finding judge(Part part, boolean mayBeCostly) {
        Finding finding = check.check(part, mayBeCostly);
        for (int i = 0; i < 3 && finding instanceof Finding.Unknown unknown; i++) {
            unknown.learning().begin().toCompletableFuture().join();
            finding = check.check(part, mayBeCostly);
        }
        return finding;
    }

    private String reason(byte[] payload) {
        return judge(payload) instanceof Finding.Bad(String reason) ? reason : "it is sound";
    }

    private static byte[] string(int id) {
        return Framing.write(id, new byte[] {2, 'a'});
    }

    @Test
    void recordOfItsSchemaIsSoundAndTheRegistryIsAskedOnce() {
        schemas.ask(registry);
        registry.put(1, SchemaFormat.AVRO, "\"string\"", "t-value");

        for (int i = 0; i < 5; i++) {
            assertThat(judge(string(1))).isEqualTo(Finding.SOUND);
        }
        assertThat(registry.asked).hasValue(1);
    }

    @Test
    void faultIsNamed() {
        schemas.ask(registry);
        registry.put(1, SchemaFormat.AVRO, "\"string\"", "t-value");
        registry.put(2, SchemaFormat.AVRO, "\"int\"", "other-value");

        assertThat(reason("{}".getBytes(UTF_8))).contains("not in the wire format");
        assertThat(reason(string(3))).isEqualTo("the registry has no schema with id 3");
        assertThat(reason(string(2))).contains("registered under [other-value], not under t-value");
        assertThat(reason(Framing.write(1, new byte[] {9})))
                .contains("not of the schema with id 1");
    }

    @Test
    void schemaThatIsRegisteredForAnotherTopicTooIsSoundThereAtOnce() {
        schemas.ask(registry);
        registry.put(1, SchemaFormat.AVRO, "\"string\"", "other-value");
        assertThat(judge(string(1))).isInstanceOf(Finding.Bad.class);
        nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());

        registry.put(1, SchemaFormat.AVRO, "\"string\"", "other-value", "t-value");

        assertThat(judge(string(1))).isEqualTo(Finding.SOUND);
    }

    @Test
    void subjectOfARegistryThatIsAskedInAContextIsNamedWithoutIt() {
        schemas.ask(registry);
        registry.put(1, SchemaFormat.AVRO, "\"string\"", ":.prod:t-value");

        assertThat(judge(string(1))).isEqualTo(Finding.SOUND);
        assertThat(RegistryAddress.of("http://127.0.0.1:1/contexts/.prod/").context())
                .isEqualTo(".prod");
        assertThat(RegistryAddress.of("http://127.0.0.1:1/contexts/:.prod:").context())
                .isEqualTo(".prod");
        assertThat(RegistryAddress.of("http://127.0.0.1:1").context()).isEqualTo(".");
    }

    @Test
    void schemaOfTheHeaderIsFound() {
        schemas.ask(registry);
        registry.put(1, SchemaFormat.AVRO, "\"string\"", "t-value");
        ByteBuffer header =
                ByteBuffer.wrap(
                        ByteBuffer.allocate(17)
                                .put((byte) 1)
                                .putLong(GUID.getMostSignificantBits())
                                .putLong(GUID.getLeastSignificantBits())
                                .array());
        ByteBuffer payload = ByteBuffer.wrap(new byte[] {2, 'a'});

        Finding finding =
                judge(new Part("t", false, SubjectStrategy.TOPIC_NAME, header, payload), true);

        assertThat(finding).isEqualTo(Finding.SOUND);
    }

    @Test
    void subjectIsNamedAsTheStrategySays() {
        schemas.ask(registry);
        registry.put(
                1,
                SchemaFormat.PROTOBUF,
                "syntax = \"proto3\"; package p; message A {} message B {}",
                "p.A",
                "t-p.B");
        byte[] first = Framing.write(1, new byte[] {0});
        byte[] second = Framing.write(1, new byte[] {2, 2});

        assertThat(judge(first, SubjectStrategy.RECORD_NAME, true)).isEqualTo(Finding.SOUND);
        assertThat(judge(second, SubjectStrategy.RECORD_NAME, true))
                .isInstanceOf(Finding.Bad.class);
        assertThat(judge(second, SubjectStrategy.TOPIC_RECORD_NAME, true)).isEqualTo(Finding.SOUND);
    }

    @Test
    void onlyJsonSchemasAreCostly() {
        schemas.ask(registry);
        registry.put(1, SchemaFormat.AVRO, "\"string\"", "t-value");
        registry.put(2, SchemaFormat.JSON, "{\"type\":\"object\"}", "t-value");
        byte[] json = Framing.write(2, "{}".getBytes(UTF_8));

        assertThat(judge(string(1), SubjectStrategy.TOPIC_NAME, false)).isEqualTo(Finding.SOUND);
        assertThat(judge(json, SubjectStrategy.TOPIC_NAME, false)).isEqualTo(Finding.COSTLY);
        assertThat(judge(json)).isEqualTo(Finding.SOUND);
        assertThat(reason(Framing.write(2, "[]".getBytes(UTF_8)))).contains("not of the schema");
    }

    @Test
    void whatIsKnownStaysKnownWhileTheRegistryIsAway() {
        schemas.ask(registry);
        registry.put(1, SchemaFormat.AVRO, "\"string\"", "t-value");
        assertThat(judge(string(1))).isEqualTo(Finding.SOUND);
        registry.away = true;
        nanoTime.addAndGet(Duration.ofHours(1).toNanos());

        assertThat(judge(string(1))).isEqualTo(Finding.SOUND);
        assertThat(learningFails(2)).contains("nobody is there");
        int asked = registry.asked.get();
        assertThat(learningFails(3)).contains("nobody is there");
        assertThat(registry.asked).hasValue(asked);
    }

    @Test
    void withoutARegistryThatIsSaid() {
        assertThat(learningFails(1)).contains("naru.schema.registry.url");
    }

    private String learningFails(int id) {
        Finding finding =
                check.check(
                        new Part(
                                "t",
                                false,
                                SubjectStrategy.TOPIC_NAME,
                                null,
                                ByteBuffer.wrap(string(id))),
                        true);
        assertThat(finding).isInstanceOf(Finding.Unknown.class);
        try {
            ((Finding.Unknown) finding).learning().begin().toCompletableFuture().join();
            return "it was learned";
        } catch (CompletionException failed) {
            return String.valueOf(Objects.requireNonNull(failed.getCause()).getMessage());
        } catch (IllegalStateException failed) {
            return String.valueOf(failed.getMessage());
        }
    }
}
