package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.transaction.TransactionCommand;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * AddPartitionsToTxn: partitions join a transaction. Up to version 3 a client asks for itself; from
 * version 4 on a partition's leader asks, for several producers at once or only whether they are in
 * (KIP-890).
 */
public final class AddPartitionsToTxn implements RequestHandler {
    private static final short KNOWS_FENCING_SINCE = 2;
    private static final short ASKED_BY_BROKERS_SINCE = 4;
    private static final short KNOWS_ABORTABLE_SINCE = 5;
    private static final short CLIENT_LEAVES_ADDING_TO_BROKERS = 2;

    private final Coordinator<TransactionCommand> coordinator;
    private final Quorum quorum;
    private final Access access;

    public AddPartitionsToTxn(
            Coordinator<TransactionCommand> coordinator, Quorum quorum, Access access) {
        this.coordinator = coordinator;
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        AddPartitionsToTxnRequestData body = (AddPartitionsToTxnRequestData) request.body();
        if (request.version() < ASKED_BY_BROKERS_SINCE) {
            AddPartitionsToTxnTransaction own =
                    new AddPartitionsToTxnTransaction()
                            .setTransactionalId(body.v3AndBelowTransactionalId())
                            .setProducerId(body.v3AndBelowProducerId())
                            .setProducerEpoch(body.v3AndBelowProducerEpoch())
                            .setTopics(body.v3AndBelowTopics());
            add(
                    request,
                    own,
                    (short) 0,
                    result ->
                            request.reply(
                                    new AddPartitionsToTxnResponseData()
                                            .setResultsByTopicV3AndBelow(result.topicResults())));
            return;
        }
        if (!ClusterAccess.isAllowed(access, request, AclOperation.CLUSTER_ACTION)) {
            return;
        }
        Gathering<AddPartitionsToTxnResult> all =
                Gathering.of(
                        body.transactions().size(),
                        results -> {
                            AddPartitionsToTxnResponseData response =
                                    new AddPartitionsToTxnResponseData();
                            response.resultsByTransaction().addAll(results);
                            request.reply(response);
                        });
        int next = 0;
        for (AddPartitionsToTxnTransaction transaction : body.transactions()) {
            int index = next++;
            add(
                    request,
                    transaction,
                    CLIENT_LEAVES_ADDING_TO_BROKERS,
                    result -> all.put(index, result));
        }
    }

    private interface Then {
        void on(AddPartitionsToTxnResult result);
    }

    private void add(
            Request request,
            AddPartitionsToTxnTransaction transaction,
            short clientVersion,
            Then then) {
        Map<TopicPartition, Errors> refused = new HashMap<>();
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        boolean allowed =
                request.version() >= ASKED_BY_BROKERS_SINCE
                        || access.allowed(
                                request,
                                AclOperation.WRITE,
                                ResourceType.TRANSACTIONAL_ID,
                                transaction.transactionalId());
        for (TopicPartition partition : partitions(transaction.topics())) {
            partitions.add(partition);
            Errors error =
                    allowed
                            ? check(request, partition)
                            : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
            if (error != Errors.NONE) {
                refused.put(partition, error);
            }
        }
        if (!refused.isEmpty()) {
            then.on(
                    result(
                            transaction.transactionalId(),
                            partitions,
                            partition ->
                                    refused.getOrDefault(
                                            partition, Errors.OPERATION_NOT_ATTEMPTED)));
            return;
        }
        coordinator.ask(
                transaction.transactionalId(),
                ticket ->
                        new TransactionCommand.AddPartitions(
                                ticket,
                                transaction.transactionalId(),
                                transaction.producerId(),
                                transaction.producerEpoch(),
                                partitions,
                                transaction.verifyOnly(),
                                clientVersion),
                new Added(transaction.transactionalId(), partitions, request.version(), then));
    }

    /** Of internal topics only those of offsets are ever in a transaction, by AddOffsetsToTxn. */
    private Errors check(Request request, TopicPartition partition) {
        if (request.version() < ASKED_BY_BROKERS_SINCE
                && (Topic.isInternal(partition.topic())
                        || !access.allowedOnTopic(
                                request, AclOperation.WRITE, partition.topic()))) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        ClusterImage.Topic topic = quorum.image().topic(partition.topic());
        return topic == null || topic.partition(partition.partition()) == null
                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                : Errors.NONE;
    }

    private static List<TopicPartition> partitions(AddPartitionsToTxnTopicCollection topics) {
        List<TopicPartition> partitions = new ArrayList<>();
        topics.forEach(topic ->
                topic.partitions()
                        .forEach(index -> partitions.add(new TopicPartition(topic.name(), index))));
        return partitions;
    }

    private interface ErrorOf {
        Errors of(TopicPartition partition);
    }

    private static AddPartitionsToTxnResult result(
            String transactionalId, Set<TopicPartition> partitions, ErrorOf errors) {
        AddPartitionsToTxnResult result =
                new AddPartitionsToTxnResult().setTransactionalId(transactionalId);
        for (TopicPartition partition : partitions) {
            AddPartitionsToTxnTopicResult topic = result.topicResults().find(partition.topic());
            if (topic == null) {
                topic = new AddPartitionsToTxnTopicResult().setName(partition.topic());
                result.topicResults().add(topic);
            }
            topic.resultsByPartition()
                    .add(
                            new AddPartitionsToTxnPartitionResult()
                                    .setPartitionIndex(partition.partition())
                                    .setPartitionErrorCode(errors.of(partition).code()));
        }
        return result;
    }

    private record Added(
            String transactionalId, Set<TopicPartition> partitions, short version, Then then)
            implements Answer {
        @Override
        public void reply(ApiMessage response) {
            AddPartitionsToTxnResult result =
                    ((AddPartitionsToTxnResponseData) response)
                            .resultsByTransaction()
                            .find(transactionalId);
            result.topicResults()
                    .forEach(topic ->
                            topic.resultsByPartition()
                                    .forEach(partition ->
                                            partition.setPartitionErrorCode(
                                                    known(partition.partitionErrorCode()))));
            then.on(result.duplicate());
        }

        private short known(short code) {
            return version < KNOWS_ABORTABLE_SINCE && code == Errors.TRANSACTION_ABORTABLE.code()
                    ? Errors.INVALID_TXN_STATE.code()
                    : TransactionAnswer.fencedAs(code, version >= KNOWS_FENCING_SINCE);
        }

        @Override
        public void refuse(Errors error, String message) {
            Errors told = TransactionAnswer.ofAppend(error);
            then.on(result(transactionalId, partitions, partition -> told));
        }
    }
}
