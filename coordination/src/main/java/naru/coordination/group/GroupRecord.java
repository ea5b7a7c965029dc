package naru.coordination.group;

import naru.coordination.CoordinatorRecord;
import naru.coordination.group.consumer.ConsumerRecord;
import naru.coordination.group.share.ShareGroupRecord;
import naru.coordination.group.streams.StreamsRecord;

import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * A record of {@code __consumer_offsets}, decoded. The first two bytes of a key say which kind it
 * is, those of a value its version.
 */
sealed interface GroupRecord {

    /** A null value says that the group is gone. */
    record Metadata(String groupId, @Nullable GroupMetadataValue value) implements GroupRecord {}

    /** A null value says that the offset is forgotten. */
    record Offset(OffsetKey key, @Nullable CommittedOffset value) implements GroupRecord {}

    /** Of a consumer group of the newer protocol. */
    record Consumer(ConsumerRecord record) implements GroupRecord {}

    /** Of a share group. */
    record Share(ShareGroupRecord record) implements GroupRecord {}

    /** Of a streams group. */
    record Streams(StreamsRecord record) implements GroupRecord {}

    /** Of a kind that this coordinator does not serve. */
    record Foreign(short kind) implements GroupRecord {}

    record OffsetKey(String groupId, String topic, int partition) {}

    short OFFSET_VALUE_VERSION = 4;
    short OFFSET_VALUE_VERSION_WITH_EXPIRY = 1;
    short METADATA_VALUE_VERSION = 3;

    /**
     * @throws org.apache.kafka.common.errors.UnsupportedVersionException a known kind of record in
     *     a version of the future
     * @throws RuntimeException the bytes are not such a record
     */
    static GroupRecord decode(CoordinatorRecord record) {
        ByteBufferAccessor key = new ByteBufferAccessor(ByteBuffer.wrap(record.key()));
        short kind = key.readShort();
        if (kind == CoordinatorRecordType.OFFSET_COMMIT.id()
                || kind == CoordinatorRecordType.LEGACY_OFFSET_COMMIT.id()) {
            OffsetCommitKey offset = new OffsetCommitKey(key, (short) 0);
            return new Offset(
                    new OffsetKey(offset.group(), offset.topic(), offset.partition()),
                    committed(record.value()));
        }
        if (kind == CoordinatorRecordType.GROUP_METADATA.id()) {
            return new Metadata(
                    new GroupMetadataKey(key, (short) 0).group(), metadata(record.value()));
        }
        CoordinatorRecordType type = typeOf(kind);
        ConsumerRecord consumer = type == null ? null : ConsumerRecord.decode(type, record);
        if (consumer != null) {
            return new Consumer(consumer);
        }
        ShareGroupRecord share = type == null ? null : ShareGroupRecord.decode(type, record);
        if (share != null) {
            return new Share(share);
        }
        StreamsRecord streams = type == null ? null : StreamsRecord.decode(type, record);
        return streams == null ? new Foreign(kind) : new Streams(streams);
    }

    private static @Nullable CoordinatorRecordType typeOf(short kind) {
        try {
            return CoordinatorRecordType.fromId(kind);
        } catch (UnsupportedVersionException unknown) {
            return null;
        }
    }

    private static @Nullable CommittedOffset committed(byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(value));
        return CommittedOffset.of(new OffsetCommitValue(bytes, bytes.readShort()));
    }

    private static @Nullable GroupMetadataValue metadata(byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(value));
        return new GroupMetadataValue(bytes, bytes.readShort());
    }

    static CoordinatorRecord encode(OffsetKey key, CommittedOffset value) {
        short version =
                value.expireTimestamp().isPresent()
                        ? OFFSET_VALUE_VERSION_WITH_EXPIRY
                        : OFFSET_VALUE_VERSION;
        return new CoordinatorRecord(keyBytes(key), versioned(version, value.toValue()));
    }

    static CoordinatorRecord tombstone(OffsetKey key) {
        return new CoordinatorRecord(keyBytes(key), null);
    }

    static CoordinatorRecord encode(String groupId, GroupMetadataValue value) {
        return new CoordinatorRecord(keyBytes(groupId), versioned(METADATA_VALUE_VERSION, value));
    }

    static CoordinatorRecord tombstone(String groupId) {
        return new CoordinatorRecord(keyBytes(groupId), null);
    }

    private static byte[] keyBytes(OffsetKey key) {
        OffsetCommitKey message =
                new OffsetCommitKey()
                        .setGroup(key.groupId())
                        .setTopic(key.topic())
                        .setPartition(key.partition());
        return prefixed(CoordinatorRecordType.OFFSET_COMMIT.id(), (short) 0, message);
    }

    private static byte[] keyBytes(String groupId) {
        return prefixed(
                CoordinatorRecordType.GROUP_METADATA.id(),
                (short) 0,
                new GroupMetadataKey().setGroup(groupId));
    }

    private static byte[] versioned(short version, ApiMessage message) {
        return prefixed(version, version, message);
    }

    private static byte[] prefixed(short prefix, short version, ApiMessage message) {
        ByteBuffer body = MessageUtil.toByteBufferAccessor(message, version).buffer();
        return ByteBuffer.allocate(Short.BYTES + body.remaining())
                .putShort(prefix)
                .put(body)
                .array();
    }
}
