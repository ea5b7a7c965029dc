package naru.broker;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests of the matrix about records and transactions. */
final class Bodies {
    private Bodies() {}

    private static final SimpleRecord RECORD =
            new SimpleRecord("value".getBytes(StandardCharsets.UTF_8));

    private static ProduceRequestData produce(
            ProduceRequestData.TopicProduceData topic, MemoryRecords records) {
        topic.partitionData()
                .add(new ProduceRequestData.PartitionProduceData().setRecords(records));
        ProduceRequestData data = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1000);
        data.topicData().add(topic);
        return data;
    }

    private static MemoryRecords records() {
        return MemoryRecords.withRecords(Compression.NONE, RECORD);
    }

    static ApiMessage produce(Names names) {
        return produce(new ProduceRequestData.TopicProduceData().setName(names.topic()), records());
    }

    static ApiMessage produceById(Names names) {
        return produce(
                new ProduceRequestData.TopicProduceData().setTopicId(names.topicId()), records());
    }

    static ApiMessage produceInTransaction(Names names) {
        MemoryRecords batch =
                MemoryRecords.withTransactionalRecords(
                        Compression.NONE, 4711, (short) 0, 0, RECORD);
        return produce(new ProduceRequestData.TopicProduceData().setName(names.topic()), batch)
                .setTransactionalId(names.transactionalId());
    }

    private static FetchRequestData fetch(FetchRequestData.FetchTopic topic) {
        topic.partitions().add(new FetchRequestData.FetchPartition().setPartitionMaxBytes(1000));
        FetchRequestData data = new FetchRequestData().setMaxWaitMs(0).setMaxBytes(1000);
        data.setSessionEpoch(-1).topics().add(topic);
        return data;
    }

    static ApiMessage fetch(Names names) {
        return fetch(new FetchRequestData.FetchTopic().setTopic(names.topic()));
    }

    static ApiMessage fetchById(Names names) {
        return fetch(new FetchRequestData.FetchTopic().setTopicId(names.topicId()));
    }

    static ApiMessage fetchAsReplica(Names names) {
        FetchRequestData data =
                fetch(new FetchRequestData.FetchTopic().setTopicId(names.topicId()));
        data.replicaState().setReplicaId(7).setReplicaEpoch(1);
        return data;
    }

    static ApiMessage listOffsets(Names names) {
        var topic = new ListOffsetsRequestData.ListOffsetsTopic().setName(names.topic());
        topic.partitions().add(new ListOffsetsRequestData.ListOffsetsPartition().setTimestamp(-1));
        ListOffsetsRequestData data = new ListOffsetsRequestData().setReplicaId(-1);
        data.topics().add(topic);
        return data;
    }

    private static MetadataRequestData metadata(MetadataRequestData.MetadataRequestTopic topic) {
        return new MetadataRequestData().setAllowAutoTopicCreation(false).setTopics(List.of(topic));
    }

    static ApiMessage metadata(Names names) {
        return metadata(new MetadataRequestData.MetadataRequestTopic().setName(names.topic()));
    }

    static ApiMessage metadataById(Names names) {
        return metadata(
                new MetadataRequestData.MetadataRequestTopic()
                        .setName(null)
                        .setTopicId(names.topicId()));
    }

    static ApiMessage metadataOfAll(Names names) {
        return new MetadataRequestData().setTopics(null);
    }

    static ApiMessage metadataAndCreate(Names names) {
        return metadata(new MetadataRequestData.MetadataRequestTopic().setName(names.topic()))
                .setAllowAutoTopicCreation(true);
    }

    static ApiMessage topic(Names names) {
        return new DescribeTopicPartitionsRequestData()
                .setTopics(
                        List.of(
                                new DescribeTopicPartitionsRequestData.TopicRequest()
                                        .setName(names.topic())));
    }

    static ApiMessage allTopics(Names names) {
        return new DescribeTopicPartitionsRequestData();
    }

    static ApiMessage epochs(Names names) {
        var topic =
                new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic().setTopic(names.topic());
        topic.partitions().add(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition());
        OffsetForLeaderEpochRequestData data =
                new OffsetForLeaderEpochRequestData().setReplicaId(-2);
        data.topics().add(topic);
        return data;
    }

    static ApiMessage deleteRecords(Names names) {
        var topic = new DeleteRecordsRequestData.DeleteRecordsTopic().setName(names.topic());
        topic.partitions().add(new DeleteRecordsRequestData.DeleteRecordsPartition().setOffset(0));
        return new DeleteRecordsRequestData().setTopics(List.of(topic));
    }

    static ApiMessage producers(Names names) {
        return new DescribeProducersRequestData()
                .setTopics(
                        List.of(
                                new DescribeProducersRequestData.TopicRequest()
                                        .setName(names.topic())
                                        .setPartitionIndexes(List.of(0))));
    }

    static ApiMessage apiVersions(Names names) {
        return new ApiVersionsRequestData()
                .setClientSoftwareName("matrix")
                .setClientSoftwareVersion("1");
    }

    // ---- transactions ----

    static ApiMessage idempotentProducer(Names names) {
        return new InitProducerIdRequestData().setTransactionalId(null);
    }

    static ApiMessage transactionalProducer(Names names) {
        return new InitProducerIdRequestData()
                .setTransactionalId(names.transactionalId())
                .setTransactionTimeoutMs(60_000);
    }

    private static AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection topics(
            Names names) {
        var topics = new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection();
        topics.add(
                new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                        .setName(names.topic())
                        .setPartitions(List.of(0)));
        return topics;
    }

    static ApiMessage addPartitions(Names names) {
        return new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId(names.transactionalId())
                .setV3AndBelowProducerId(4711)
                .setV3AndBelowTopics(topics(names));
    }

    static ApiMessage addPartitionsOfMany(Names names) {
        AddPartitionsToTxnRequestData data = new AddPartitionsToTxnRequestData();
        data.transactions()
                .add(
                        new AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction()
                                .setTransactionalId(names.transactionalId())
                                .setProducerId(4711)
                                .setTopics(topics(names)));
        return data;
    }

    static ApiMessage addOffsets(Names names) {
        return new AddOffsetsToTxnRequestData()
                .setTransactionalId(names.transactionalId())
                .setProducerId(4711)
                .setGroupId(names.group());
    }

    static ApiMessage endTransaction(Names names) {
        return new EndTxnRequestData()
                .setTransactionalId(names.transactionalId())
                .setProducerId(4711);
    }

    static ApiMessage markers(Names names) {
        return new WriteTxnMarkersRequestData()
                .setMarkers(
                        List.of(
                                new WriteTxnMarkersRequestData.WritableTxnMarker()
                                        .setProducerId(-1)
                                        .setTopics(
                                                List.of(
                                                        new WriteTxnMarkersRequestData
                                                                        .WritableTxnMarkerTopic()
                                                                .setName(names.topic())
                                                                .setPartitionIndexes(
                                                                        List.of(0))))));
    }

    static ApiMessage commitInTransaction(Names names) {
        var topic =
                new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic().setName(names.topic());
        topic.partitions().add(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition());
        return new TxnOffsetCommitRequestData()
                .setTransactionalId(names.transactionalId())
                .setGroupId(names.group())
                .setProducerId(4711)
                .setTopics(List.of(topic));
    }

    static ApiMessage describeTransactions(Names names) {
        return new DescribeTransactionsRequestData()
                .setTransactionalIds(List.of(names.transactionalId()));
    }

    static ApiMessage listTransactions(Names names) {
        return new ListTransactionsRequestData();
    }
}
