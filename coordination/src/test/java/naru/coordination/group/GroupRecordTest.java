package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.coordination.CoordinatorRecord;
import naru.coordination.group.GroupRecord.OffsetKey;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.tools.consumer.GroupMetadataMessageFormatter;
import org.apache.kafka.tools.consumer.OffsetsMessageFormatter;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** Our records as Kafka's own tools read them. */
class GroupRecordTest {
    private static final OffsetKey KEY = new OffsetKey("group", "topic", 7);

    private static String read(MessageFormatter formatter, CoordinatorRecord record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (formatter;
                PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            formatter.writeTo(
                    new ConsumerRecord<>("__consumer_offsets", 0, 0, record.key(), record.value()),
                    out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static CommittedOffset offset(OptionalLong expiry) {
        return new CommittedOffset(42, 3, "note", 1_000, expiry, new Uuid(1, 2));
    }

    @Test
    void kafkaReadsOurOffsets() {
        assertThat(
                        read(
                                new OffsetsMessageFormatter(),
                                GroupRecord.encode(KEY, offset(OptionalLong.empty()))))
                .contains("\"type\":1", "\"group\":\"group\"", "\"topic\":\"topic\"")
                .contains("\"partition\":7", "\"offset\":42", "\"leaderEpoch\":3")
                .contains("\"metadata\":\"note\"", "\"commitTimestamp\":1000");
    }

    @Test
    void kafkaReadsOurTombstones() {
        assertThat(read(new OffsetsMessageFormatter(), GroupRecord.tombstone(KEY)))
                .contains("\"partition\":7", "\"value\":null");
        assertThat(read(new GroupMetadataMessageFormatter(), GroupRecord.tombstone("group")))
                .contains("\"group\":\"group\"", "\"value\":null");
    }

    @Test
    void kafkaReadsOurGroups() {
        ShardRun run = new ShardRun();
        run.stableGroupOf(Join.statically("one"));

        assertThat(read(new GroupMetadataMessageFormatter(), run.log().getLast()))
                .contains("\"type\":2", "\"group\":\"group\"", "\"protocolType\":\"consumer\"")
                .contains("\"generation\":1", "\"protocol\":\"range\"")
                .contains("\"groupInstanceId\":\"one\"", "\"clientHost\":\"/127.0.0.1\"")
                .contains("\"rebalanceTimeout\":60000", "\"sessionTimeout\":10000");
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        for (OptionalLong expiry : List.of(OptionalLong.empty(), OptionalLong.of(2_000))) {
            GroupRecord read = GroupRecord.decode(GroupRecord.encode(KEY, offset(expiry)));
            CommittedOffset value = Objects.requireNonNull(((GroupRecord.Offset) read).value());

            assertThat(((GroupRecord.Offset) read).key()).isEqualTo(KEY);
            assertThat(value.offset()).isEqualTo(42);
            assertThat(value.metadata()).isEqualTo("note");
            assertThat(value.expireTimestamp()).isEqualTo(expiry);
            assertThat(value.topicId())
                    .isEqualTo(expiry.isPresent() ? Uuid.ZERO_UUID : new Uuid(1, 2));
        }
    }

    @Test
    void recordOfTheFutureIsNotMisread() {
        CoordinatorRecord known = GroupRecord.encode("group", new GroupMetadataValue());
        byte[] value = Objects.requireNonNull(known.value()).clone();
        value[1] = 99;

        assertThatThrownBy(() -> GroupRecord.decode(new CoordinatorRecord(known.key(), value)))
                .isInstanceOf(RuntimeException.class);
    }
}
