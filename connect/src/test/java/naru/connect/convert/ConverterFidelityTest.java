package naru.connect.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.schema.SchemaFormat;
import naru.schema.client.HttpSchemaSource;
import naru.schema.client.RegistryAddress;
import naru.schema.client.SchemaDefinition;

import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;

/** Values that are easily taken for others: branches of unions, scales, numbers that do not fit. */
@SuppressWarnings("JavaUtilDate")
class ConverterFidelityTest {
    private final FakeRegistry registry;

    ConverterFidelityTest() throws IOException {
        this.registry = new FakeRegistry();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private <C extends Converter> C configured(C converter, String... properties) {
        Map<String, String> given = new HashMap<>();
        given.put("schema.registry.url", registry.url());
        for (int each = 0; each < properties.length; each += 2) {
            given.put(properties[each], properties[each + 1]);
        }
        converter.configure(given, false);
        return converter;
    }

    private void register(SchemaFormat format, String text) throws Exception {
        try (HttpSchemaSource source = new HttpSchemaSource(RegistryAddress.of(registry.url()))) {
            source.register("t-value", SchemaDefinition.of(format, text), false);
        }
    }

    private static Schema union() {
        return SchemaBuilder.struct()
                .name(ConfluentNames.AVRO_UNION)
                .field("string", Schema.OPTIONAL_STRING_SCHEMA)
                .field("float", Schema.OPTIONAL_FLOAT32_SCHEMA)
                .field("double", Schema.OPTIONAL_FLOAT64_SCHEMA)
                .field("int", Schema.OPTIONAL_INT32_SCHEMA)
                .field("long", Schema.OPTIONAL_INT64_SCHEMA)
                .build();
    }

    @Test
    void aValueOfAnAvroUnionStaysInItsBranch() throws Exception {
        Schema schema = SchemaBuilder.struct().name("Has").field("any", union()).build();
        Map<String, Object> branches =
                Map.of("string", "5", "float", 0.5f, "double", 0.1, "int", 5, "long", 5L);
        try (AvroConverter converter = configured(new AvroConverter())) {
            for (Map.Entry<String, Object> branch : branches.entrySet()) {
                Struct value =
                        new Struct(schema)
                                .put(
                                        "any",
                                        new Struct(union())
                                                .put(branch.getKey(), branch.getValue()));
                SchemaAndValue back =
                        converter.toConnectData("t", converter.fromConnectData("t", schema, value));
                Struct any = ((Struct) back.value()).getStruct("any");
                assertThat(any.get(branch.getKey())).isEqualTo(branch.getValue());
            }
        }
    }

    @Test
    void aPlainValueTakesTheBranchOfItsTypeInTheRegistrysUnion() throws Exception {
        register(
                SchemaFormat.AVRO,
                """
                {"type": "record", "name": "R", "fields": [
                  {"name": "a", "type": ["null", "string", "float", "double", "long"]}]}
                """);
        Schema schema = SchemaBuilder.struct().name("R").field("a", Schema.INT64_SCHEMA).build();
        Schema fine = SchemaBuilder.struct().name("R").field("a", Schema.FLOAT64_SCHEMA).build();
        try (AvroConverter converter =
                configured(new AvroConverter(), "use.latest.version", "true")) {
            Struct number = read(converter, schema, new Struct(schema).put("a", 5L));
            assertThat(number.getStruct("a").get("long")).isEqualTo(5L);
            Struct fraction = read(converter, fine, new Struct(fine).put("a", 0.1));
            assertThat(fraction.getStruct("a").get("double")).isEqualTo(0.1);
        }
    }

    private static Struct read(Converter converter, Schema schema, Struct value) {
        return (Struct)
                converter.toConnectData("t", converter.fromConnectData("t", schema, value)).value();
    }

    @Test
    void aMomentIsWrittenInTheUnitOfTheRegistrysSchema() throws Exception {
        register(
                SchemaFormat.AVRO,
                """
                {"type": "record", "name": "R", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}}]}
                """);
        Schema schema = SchemaBuilder.struct().name("R").field("at", Timestamp.SCHEMA).build();
        try (AvroConverter converter =
                configured(new AvroConverter(), "use.latest.version", "true")) {
            Struct read = read(converter, schema, new Struct(schema).put("at", new Date(1_234)));
            assertThat(read.getInt64("at")).isEqualTo(1_234_000L);
        }
    }

    @Test
    void aDecimalOfAnotherScaleKeepsItsValue() throws Exception {
        Schema schema =
                SchemaBuilder.struct().name("Price").field("price", Decimal.schema(2)).build();
        try (JsonSchemaConverter converter = configured(new JsonSchemaConverter())) {
            Struct read =
                    read(converter, schema, new Struct(schema).put("price", new BigDecimal("1.5")));
            assertThat(read.get("price")).isEqualTo(new BigDecimal("1.50"));
            Struct tooFine = new Struct(schema).put("price", new BigDecimal("1.555"));
            assertThatThrownBy(() -> converter.fromConnectData("t", schema, tooFine))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("1.555");
        }
    }

    @Test
    void aLongDecimalThatIsWrittenAsANumberKeepsItsDigits() throws Exception {
        Schema schema =
                SchemaBuilder.struct().name("Price").field("price", Decimal.schema(2)).build();
        try (JsonSchemaConverter converter =
                configured(new JsonSchemaConverter(), "decimal.format", "NUMERIC")) {
            BigDecimal price = new BigDecimal("12345678901234567890.12");
            Struct read = read(converter, schema, new Struct(schema).put("price", price));
            assertThat(read.get("price")).isEqualTo(price);
        }
    }

    @Test
    void aNumberThatDoesNotFitIntoTheRegistrysMessageIsRefused() throws Exception {
        register(
                SchemaFormat.PROTOBUF,
                "syntax = \"proto3\"; message R { int32 small = 1; uint32 unsigned = 2; }");
        Schema schema =
                SchemaBuilder.struct()
                        .name("R")
                        .field("small", Schema.INT64_SCHEMA)
                        .field("unsigned", Schema.INT64_SCHEMA)
                        .build();
        try (ProtobufConverter converter =
                configured(new ProtobufConverter(), "use.latest.version", "true")) {
            Struct fits = new Struct(schema).put("small", -1L).put("unsigned", 4_294_967_295L);
            Struct read = read(converter, schema, fits);
            assertThat(read.getInt32("small")).isEqualTo(-1);
            assertThat(read.getInt64("unsigned")).isEqualTo(4_294_967_295L);
            for (Struct wrong :
                    new Struct[] {
                        new Struct(schema).put("small", 1L << 32).put("unsigned", 0L),
                        new Struct(schema).put("small", 0L).put("unsigned", -1L),
                    }) {
                assertThatThrownBy(() -> converter.fromConnectData("t", schema, wrong))
                        .isInstanceOf(DataException.class)
                        .hasMessageContaining("does not fit");
            }
        }
    }
}
