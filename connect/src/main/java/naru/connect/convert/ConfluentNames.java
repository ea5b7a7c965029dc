package naru.connect.convert;

/** Names under which Confluent's converters keep in schemas what formats have no word for. */
final class ConfluentNames {
    static final String AVRO = "io.confluent.connect.avro";
    static final String AVRO_ENUM = AVRO + ".Enum";
    static final String AVRO_UNION = AVRO + ".Union";
    static final String AVRO_RECORD = "ConnectDefault";
    static final String AVRO_MAP_ENTRY = "MapEntry";

    static final String JSON_ENUM = "io.confluent.connect.json.Enum";
    static final String JSON_UNION = "io.confluent.connect.json.OneOf";

    static final String PROTOBUF_ENUM = "io.confluent.connect.protobuf.Enum";
    static final String PROTOBUF_UNION = "io.confluent.connect.protobuf.Union";
    static final String PROTOBUF_TAG = "io.confluent.connect.protobuf.Tag";

    static final String NAME = "connect.name";
    static final String VERSION = "connect.version";
    static final String PARAMETERS = "connect.parameters";
    static final String TYPE = "connect.type";
    static final String INTERNAL_TYPE = "connect.internal.type";
    static final String DOC = "connect.doc";
    static final String DEFAULT = "connect.default";
    static final String INDEX = "connect.index";
    static final String FIXED_SIZE = "connect.fixed.size";
    static final String DECIMAL_PRECISION = "connect.decimal.precision";
    static final int DECIMAL_PRECISION_DEFAULT = 64;

    private ConfluentNames() {}
}
