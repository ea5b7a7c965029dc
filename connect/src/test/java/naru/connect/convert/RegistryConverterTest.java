package naru.connect.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What goes through a converter comes back as it was, and what cannot is told. */
@SuppressWarnings("JavaUtilDate")
class RegistryConverterTest {
    private static final Schema INNER =
            SchemaBuilder.struct()
                    .name("shop.Line")
                    .field("article", Schema.STRING_SCHEMA)
                    .field("count", Schema.INT32_SCHEMA)
                    .build();

    private final FakeRegistry registry;

    RegistryConverterTest() throws IOException {
        this.registry = new FakeRegistry();
    }

    @BeforeEach
    void noRegistryInThisProcess() {
        OwnRegistry.isAt(null);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private Converter converter(String name, String... properties) throws Exception {
        Map<String, String> given = new HashMap<>();
        given.put("schema.registry.url", registry.url());
        for (int each = 0; each < properties.length; each += 2) {
            given.put(properties[each], properties[each + 1]);
        }
        Converter converter =
                Class.forName(name)
                        .asSubclass(Converter.class)
                        .getDeclaredConstructor()
                        .newInstance();
        converter.configure(given, false);
        return converter;
    }

    private static Schema all(boolean optional) {
        return SchemaBuilder.struct()
                .name("shop.Order")
                .field("int32", optional(SchemaBuilder.int32(), optional))
                .field("int64", optional(SchemaBuilder.int64(), optional))
                .field("float", optional(SchemaBuilder.float32(), optional))
                .field("double", optional(SchemaBuilder.float64(), optional))
                .field("truth", optional(SchemaBuilder.bool(), optional))
                .field("text", optional(SchemaBuilder.string(), optional))
                .field("day", optional(Date.builder(), optional))
                .field("time", optional(Time.builder(), optional))
                .field("moment", optional(Timestamp.builder(), optional))
                .field("lines", optional(SchemaBuilder.array(INNER), optional))
                .field(
                        "tags",
                        optional(
                                SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT64_SCHEMA),
                                optional))
                .build();
    }

    private static Schema optional(SchemaBuilder builder, boolean optional) {
        return (optional ? builder.optional() : builder).build();
    }

    private static Struct filled(Schema schema) {
        return new Struct(schema)
                .put("int32", 7)
                .put("int64", 1L << 40)
                .put("float", 1.5f)
                .put("double", 2.25)
                .put("truth", true)
                .put("text", "straße")
                .put("day", new java.util.Date(20_000L * 86_400_000))
                .put("time", new java.util.Date(3_600_001))
                .put("moment", new java.util.Date(1_700_000_000_123L))
                .put("lines", List.of(new Struct(INNER).put("article", "pen").put("count", 3)))
                .put("tags", Map.of("a", 1L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "naru.connect.convert.AvroConverter",
                "naru.connect.convert.JsonSchemaConverter",
                "io.confluent.connect.avro.AvroConverter",
                "io.confluent.connect.json.JsonSchemaConverter"
            })
    void valuesAndSchemaComeBackAsTheyWere(String name) throws Exception {
        try (Converter converter = converter(name)) {
            for (boolean optional : new boolean[] {false, true}) {
                Schema schema = all(optional);
                Struct value = filled(schema);
                SchemaAndValue back =
                        converter.toConnectData(
                                "orders", converter.fromConnectData("orders", schema, value));
                assertThat(back.value()).isEqualTo(value);
                assertThat(back.schema()).isEqualTo(schema);
            }
        }
        assertThat(registry.subjects()).containsExactly("orders-value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "naru.connect.convert.ProtobufConverter",
                "io.confluent.connect.protobuf.ProtobufConverter"
            })
    void protobufValuesComeBack(String name) throws Exception {
        Struct value = filled(all(true));
        try (Converter converter = converter(name)) {
            SchemaAndValue back =
                    converter.toConnectData(
                            "orders", converter.fromConnectData("orders", value.schema(), value));
            Struct read = (Struct) back.value();
            for (var field : value.schema().fields()) {
                if (!field.name().equals("lines")) {
                    assertThat(read.get(field.name())).as(field.name()).isEqualTo(value.get(field));
                }
            }
            Struct line = (Struct) read.getArray("lines").getFirst();
            assertThat(line.getString("article")).isEqualTo("pen");
            assertThat(line.getInt32("count")).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "naru.connect.convert.AvroConverter",
                "naru.connect.convert.JsonSchemaConverter"
            })
    void decimalsBytesAndNullsComeBack(String name) throws Exception {
        Schema schema =
                SchemaBuilder.struct()
                        .name("shop.Price")
                        .field("price", Decimal.schema(2))
                        .field("small", Schema.INT8_SCHEMA)
                        .field("note", Schema.OPTIONAL_STRING_SCHEMA)
                        .field("kind", SchemaBuilder.string().defaultValue("x").build())
                        .build();
        Struct value =
                new Struct(schema)
                        .put("price", new BigDecimal("-12.30"))
                        .put("small", (byte) -3)
                        .put("kind", "y");
        try (Converter converter = converter(name)) {
            SchemaAndValue back =
                    converter.toConnectData("t", converter.fromConnectData("t", schema, value));
            assertThat(back.value()).isEqualTo(value);
            assertThat(back.schema()).isEqualTo(schema);
            assertThat(converter.fromConnectData("t", schema, null)).isNull();
            assertThat(converter.toConnectData("t", null)).isEqualTo(SchemaAndValue.NULL);
        }
    }

    @Test
    void avroSchemaIsWhatConfluentsConverterMakes() throws Exception {
        try (Converter converter = converter("naru.connect.convert.AvroConverter")) {
            Schema schema =
                    SchemaBuilder.struct()
                            .field("id", Schema.INT16_SCHEMA)
                            .field("name", Schema.OPTIONAL_STRING_SCHEMA)
                            .build();
            converter.fromConnectData("t", schema, new Struct(schema).put("id", (short) 1));
        }
        assertThat(registry.text(1))
                .isEqualTo(
                        "{\"type\":\"record\",\"name\":\"ConnectDefault\",\"namespace\":\"io.confluent.connect.avro\","
                            + "\"fields\":[{\"name\":\"id\",\"type\":{\"type\":\"int\",\"connect.type\":\"int16\"}},"
                            + "{\"name\":\"name\",\"type\":[\"null\",\"string\"],\"default\":null}]}");
    }

    @Test
    void latestSchemaFillsFieldsThatTheValueLacks() throws Exception {
        Schema two =
                SchemaBuilder.struct()
                        .name("R")
                        .field("a", Schema.INT32_SCHEMA)
                        .field("b", SchemaBuilder.string().defaultValue("new").build())
                        .build();
        Schema one = SchemaBuilder.struct().name("R").field("a", Schema.INT32_SCHEMA).build();
        try (Converter registers = converter("naru.connect.convert.AvroConverter");
                Converter uses =
                        converter(
                                "naru.connect.convert.AvroConverter",
                                "auto.register.schemas",
                                "false",
                                "use.latest.version",
                                "true")) {
            registers.fromConnectData("t", two, new Struct(two).put("a", 1).put("b", "x"));
            byte[] written = uses.fromConnectData("t", one, new Struct(one).put("a", 2));
            Struct read = (Struct) uses.toConnectData("t", written).value();
            assertThat(read.getString("b")).isEqualTo("new");
        }
    }

    @Test
    void unknownSubjectStrategyAndMissingRegistryAreNamed() {
        assertThatThrownBy(() ->
                        converter(
                                "naru.connect.convert.AvroConverter",
                                "value.subject.name.strategy",
                                "io.example.Mine"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("TopicNameStrategy");
        assertThatThrownBy(() -> new AvroConverter().configure(Map.of(), false))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("schema.registry.url");
    }

    @Test
    void recordNamesMakeSubjects() throws Exception {
        try (Converter converter =
                converter(
                        "naru.connect.convert.AvroConverter",
                        "value.subject.name.strategy",
                        "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy")) {
            converter.fromConnectData(
                    "t", INNER, new Struct(INNER).put("article", "a").put("count", 1));
        }
        assertThat(registry.subjects()).containsExactly("t-shop.Line");
    }

    @Test
    void whatIsNoPayloadIsTold() throws Exception {
        try (Converter converter = converter("naru.connect.convert.AvroConverter")) {
            assertThatThrownBy(
                            () -> converter.toConnectData("t", new byte[] {'{', '}', 1, 2, 3, 4}))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("topic t")
                    .hasMessageContaining("magic byte");
            assertThatThrownBy(() -> converter.fromConnectData("t", null, Map.of("a", 1)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("has no schema");
        }
    }

    @Test
    void registryThatIsAwayMayBeAskedAgain() throws Exception {
        try (Converter converter = converter("naru.connect.convert.AvroConverter")) {
            registry.close();
            assertThatThrownBy(() ->
                            converter.fromConnectData(
                                    "t",
                                    INNER,
                                    new Struct(INNER).put("article", "a").put("count", 1)))
                    .isInstanceOf(RetriableException.class);
        }
    }
}
