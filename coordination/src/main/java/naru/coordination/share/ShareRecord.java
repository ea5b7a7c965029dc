package naru.coordination.share;

import naru.coordination.CoordinatorRecord;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.share.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotKey;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotValue;
import org.apache.kafka.coordinator.share.generated.ShareUpdateKey;
import org.apache.kafka.coordinator.share.generated.ShareUpdateValue;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A record of {@code __share_group_state}, decoded. The first two bytes of a key say which kind it
 * is, those of a value its version.
 */
sealed interface ShareRecord {
    short VERSION = 0;

    /** Everything that is known of a share partition. */
    record Snapshot(ShareKey key, ShareState state) implements ShareRecord {}

    /** What has changed since the last snapshot or update. */
    record Update(
            ShareKey key,
            int leaderEpoch,
            long startOffset,
            int deliveryCompleteCount,
            List<StateBatch> batches)
            implements ShareRecord {}

    /** Nothing is known of the share partition any more. */
    record Gone(ShareKey key) implements ShareRecord {}

    /** Of a kind that this coordinator does not serve. */
    record Foreign(short kind) implements ShareRecord {}

    /**
     * @throws RuntimeException the bytes are not such a record, or of a version of the future
     */
    static ShareRecord decode(CoordinatorRecord record) {
        ByteBufferAccessor key = new ByteBufferAccessor(ByteBuffer.wrap(record.key()));
        short kind = key.readShort();
        byte[] value = record.value();
        if (kind == CoordinatorRecordType.SHARE_SNAPSHOT.id()) {
            ShareSnapshotKey message = new ShareSnapshotKey(key, VERSION);
            ShareKey name = new ShareKey(message.groupId(), message.topicId(), message.partition());
            return value == null ? new Gone(name) : new Snapshot(name, state(value));
        }
        if (kind == CoordinatorRecordType.SHARE_UPDATE.id() && value != null) {
            ShareUpdateKey message = new ShareUpdateKey(key, VERSION);
            return update(
                    new ShareKey(message.groupId(), message.topicId(), message.partition()), value);
        }
        return new Foreign(kind);
    }

    private static ShareState state(byte[] value) {
        ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(value));
        ShareSnapshotValue message = new ShareSnapshotValue(bytes, bytes.readShort());
        List<StateBatch> batches =
                message.stateBatches().stream()
                        .map(batch ->
                                batch(
                                        batch.firstOffset(),
                                        batch.lastOffset(),
                                        batch.deliveryState(),
                                        batch.deliveryCount()))
                        .toList();
        return new ShareState(
                message.snapshotEpoch(),
                message.stateEpoch(),
                message.leaderEpoch(),
                message.startOffset(),
                message.deliveryCompleteCount(),
                StateBatches.combine(batches, List.of(), message.startOffset()),
                message.createTimestamp(),
                message.writeTimestamp(),
                0);
    }

    private static Update update(ShareKey key, byte[] value) {
        ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(value));
        ShareUpdateValue message = new ShareUpdateValue(bytes, bytes.readShort());
        List<StateBatch> batches =
                message.stateBatches().stream()
                        .map(batch ->
                                batch(
                                        batch.firstOffset(),
                                        batch.lastOffset(),
                                        batch.deliveryState(),
                                        batch.deliveryCount()))
                        .toList();
        return new Update(
                key,
                message.leaderEpoch(),
                message.startOffset(),
                message.deliveryCompleteCount(),
                batches);
    }

    private static StateBatch batch(long first, long last, byte state, short deliveryCount) {
        DeliveryState known = DeliveryState.ofId(state);
        if (known == null) {
            throw new IllegalArgumentException("no delivery state has the number " + state);
        }
        return new StateBatch(first, last, known, deliveryCount);
    }

    static CoordinatorRecord encode(Snapshot snapshot) {
        ShareState state = snapshot.state();
        ShareSnapshotValue value =
                new ShareSnapshotValue()
                        .setSnapshotEpoch(state.snapshotEpoch())
                        .setStateEpoch(state.stateEpoch())
                        .setLeaderEpoch(state.leaderEpoch())
                        .setStartOffset(state.startOffset())
                        .setDeliveryCompleteCount(state.deliveryCompleteCount())
                        .setCreateTimestamp(state.createdMillis())
                        .setWriteTimestamp(state.writtenMillis())
                        .setStateBatches(
                                state.batches().stream()
                                        .map(batch ->
                                                new ShareSnapshotValue.StateBatch()
                                                        .setFirstOffset(batch.first())
                                                        .setLastOffset(batch.last())
                                                        .setDeliveryState(batch.state().id())
                                                        .setDeliveryCount(batch.deliveryCount()))
                                        .toList());
        return new CoordinatorRecord(snapshotKey(snapshot.key()), prefixed(VERSION, value));
    }

    static CoordinatorRecord encode(Update update, int snapshotEpoch) {
        ShareKey name = update.key();
        ShareUpdateKey key =
                new ShareUpdateKey()
                        .setGroupId(name.groupId())
                        .setTopicId(name.topicId())
                        .setPartition(name.partition());
        ShareUpdateValue value =
                new ShareUpdateValue()
                        .setSnapshotEpoch(snapshotEpoch)
                        .setLeaderEpoch(update.leaderEpoch())
                        .setStartOffset(update.startOffset())
                        .setDeliveryCompleteCount(update.deliveryCompleteCount())
                        .setStateBatches(
                                update.batches().stream()
                                        .map(batch ->
                                                new ShareUpdateValue.StateBatch()
                                                        .setFirstOffset(batch.first())
                                                        .setLastOffset(batch.last())
                                                        .setDeliveryState(batch.state().id())
                                                        .setDeliveryCount(batch.deliveryCount()))
                                        .toList());
        return new CoordinatorRecord(
                prefixed(CoordinatorRecordType.SHARE_UPDATE.id(), key), prefixed(VERSION, value));
    }

    static CoordinatorRecord tombstone(ShareKey key) {
        return new CoordinatorRecord(snapshotKey(key), null);
    }

    private static byte[] snapshotKey(ShareKey name) {
        ShareSnapshotKey key =
                new ShareSnapshotKey()
                        .setGroupId(name.groupId())
                        .setTopicId(name.topicId())
                        .setPartition(name.partition());
        return prefixed(CoordinatorRecordType.SHARE_SNAPSHOT.id(), key);
    }

    private static byte[] prefixed(short prefix, ApiMessage message) {
        ByteBuffer body = MessageUtil.toByteBufferAccessor(message, VERSION).buffer();
        return ByteBuffer.allocate(Short.BYTES + body.remaining())
                .putShort(prefix)
                .put(body)
                .array();
    }
}
