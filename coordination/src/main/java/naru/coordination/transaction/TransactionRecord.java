package naru.coordination.transaction;

import naru.coordination.CoordinatorRecord;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue.PartitionsSchema;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A record of {@code __transaction_state}, decoded.
 *
 * @param value null says that the id is forgotten
 */
record TransactionRecord(String transactionalId, @Nullable Transaction value) {
    private static final short KEY_VERSION = 0;
    private static final short VALUE_VERSION = 1;

    /** Null when it is of a kind that is not known. */
    static @Nullable TransactionRecord decode(CoordinatorRecord record) {
        ByteBufferAccessor key = new ByteBufferAccessor(ByteBuffer.wrap(record.key()));
        if (key.readShort() != KEY_VERSION) {
            return null;
        }
        String id = new TransactionLogKey(key, KEY_VERSION).transactionalId();
        byte[] value = record.value();
        if (value == null) {
            return new TransactionRecord(id, null);
        }
        ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(value));
        return new TransactionRecord(
                id, transaction(new TransactionLogValue(bytes, bytes.readShort())));
    }

    private static Transaction transaction(TransactionLogValue value) {
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        if (value.transactionPartitions() != null) {
            for (PartitionsSchema topic : value.transactionPartitions()) {
                topic.partitionIds()
                        .forEach(index -> partitions.add(new TopicPartition(topic.topic(), index)));
            }
        }
        return new Transaction(
                value.producerId(),
                value.previousProducerId(),
                value.nextProducerId(),
                value.producerEpoch(),
                value.transactionTimeoutMs(),
                TransactionStatus.ofId(value.transactionStatus()),
                Collections.unmodifiableSet(partitions),
                value.transactionStartTimestampMs(),
                value.transactionLastUpdateTimestampMs(),
                value.clientTransactionVersion());
    }

    static CoordinatorRecord encode(String transactionalId, Transaction transaction) {
        TransactionLogValue value =
                new TransactionLogValue()
                        .setProducerId(transaction.producerId())
                        .setPreviousProducerId(transaction.previousProducerId())
                        .setNextProducerId(transaction.nextProducerId())
                        .setProducerEpoch(transaction.producerEpoch())
                        .setTransactionTimeoutMs(transaction.timeoutMillis())
                        .setTransactionStatus(transaction.status().id())
                        .setTransactionPartitions(
                                transaction.is(TransactionStatus.EMPTY)
                                        ? null
                                        : byTopic(transaction.partitions()))
                        .setTransactionStartTimestampMs(transaction.startMillis())
                        .setTransactionLastUpdateTimestampMs(transaction.updateMillis())
                        .setClientTransactionVersion(transaction.clientVersion());
        return new CoordinatorRecord(key(transactionalId), prefixed(VALUE_VERSION, value));
    }

    static CoordinatorRecord tombstone(String transactionalId) {
        return new CoordinatorRecord(key(transactionalId), null);
    }

    private static List<PartitionsSchema> byTopic(Set<TopicPartition> partitions) {
        Map<String, List<Integer>> byTopic = new TreeMap<>();
        for (TopicPartition partition : partitions) {
            byTopic.computeIfAbsent(partition.topic(), topic -> new ArrayList<>())
                    .add(partition.partition());
        }
        List<PartitionsSchema> topics = new ArrayList<>(byTopic.size());
        byTopic.forEach((topic, indexes) ->
                topics.add(new PartitionsSchema().setTopic(topic).setPartitionIds(indexes)));
        return topics;
    }

    private static byte[] key(String transactionalId) {
        return prefixed(KEY_VERSION, new TransactionLogKey().setTransactionalId(transactionalId));
    }

    private static byte[] prefixed(short version, ApiMessage message) {
        ByteBuffer body = MessageUtil.toByteBufferAccessor(message, version).buffer();
        return ByteBuffer.allocate(Short.BYTES + body.remaining())
                .putShort(version)
                .put(body)
                .array();
    }
}
