package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.partition.PartitionLookup;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.Errors;

/** DescribeProducers: who has lately written to a partition with a producer id (KIP-664). */
public final class DescribeProducers implements RequestHandler {
    private final PartitionLookup lookup;
    private final Access access;

    public DescribeProducers(PartitionLookup lookup, Access access) {
        this.lookup = lookup;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        DescribeProducersRequestData body = (DescribeProducersRequestData) request.body();
        DescribeProducersResponseData response = new DescribeProducersResponseData();
        for (TopicRequest topic : body.topics()) {
            TopicResponse result = new TopicResponse().setName(topic.name());
            for (int index : topic.partitionIndexes()) {
                result.partitions().add(partition(request, topic.name(), index));
            }
            response.topics().add(result);
        }
        request.reply(response);
    }

    private PartitionResponse partition(Request request, String topic, int index) {
        PartitionResponse result = new PartitionResponse().setPartitionIndex(index);
        if (!access.allowedOnTopic(request, AclOperation.READ, topic)) {
            return result.setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code());
        }
        return switch (lookup.led(topic, index, PartitionLookup.NO_EPOCH)) {
            case PartitionLookup.Found.Not not ->
                    result.setErrorCode(not.error().code()).setErrorMessage(not.message());
            case PartitionLookup.Found.Led led ->
                    result.setActiveProducers(led.standing().log().activeProducers());
        };
    }
}
