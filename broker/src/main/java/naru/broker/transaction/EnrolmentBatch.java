package naru.broker.transaction;

import naru.broker.replication.PeerBatches;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Transactions that one other broker coordinates, as one AddPartitionsToTxn in the form of brokers
 * (version 4 and later). An answer names the transactional id, so each is in it once.
 */
final class EnrolmentBatch implements PeerBatches.Batch<EnrolmentBatch.Question> {
    private static final Logger LOG = LoggerFactory.getLogger("naru.transaction");

    record Question(
            Enrolment.Producer producer,
            Set<TopicPartition> partitions,
            boolean add,
            Enrolment.Then then) {
        private void tell(Errors error) {
            then.enrolled(Enrolment.all(partitions, error));
        }
    }

    private final Map<String, Question> byId = new LinkedHashMap<>();

    @Override
    public boolean add(Question question) {
        return byId.putIfAbsent(question.producer().transactionalId(), question) == null;
    }

    @Override
    public AbstractRequest.Builder<?> request() {
        AddPartitionsToTxnTransactionCollection all =
                new AddPartitionsToTxnTransactionCollection(byId.size());
        byId.values().forEach(question -> all.add(transaction(question)));
        return AddPartitionsToTxnRequest.Builder.forBroker(all);
    }

    private static AddPartitionsToTxnTransaction transaction(Question question) {
        AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        for (TopicPartition partition : question.partitions()) {
            AddPartitionsToTxnTopic topic = topics.find(partition.topic());
            if (topic == null) {
                topic = new AddPartitionsToTxnTopic().setName(partition.topic());
                topics.add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        return new AddPartitionsToTxnTransaction()
                .setTransactionalId(question.producer().transactionalId())
                .setProducerId(question.producer().producerId())
                .setProducerEpoch(question.producer().producerEpoch())
                .setVerifyOnly(!question.add())
                .setTopics(topics);
    }

    @Override
    public void onAnswer(ApiMessage answer) {
        AddPartitionsToTxnResponseData response = (AddPartitionsToTxnResponseData) answer;
        Errors whole = Errors.forCode(response.errorCode());
        if (whole != Errors.NONE) {
            LOG.error(
                    "the coordinator of transactions refuses to be asked by this broker: {}",
                    whole.message());
        }
        byId.forEach((id, question) -> {
            AddPartitionsToTxnResult result = response.resultsByTransaction().find(id);
            if (whole != Errors.NONE || result == null) {
                question.tell(Errors.COORDINATOR_NOT_AVAILABLE);
            } else {
                question.then().enrolled(Enrolment.told(result));
            }
        });
    }

    @Override
    public void onFailure(String why) {
        LOG.debug("the coordinator of transactions is not reached: {}", why);
        byId.values().forEach(question -> question.tell(Errors.COORDINATOR_NOT_AVAILABLE));
    }
}
