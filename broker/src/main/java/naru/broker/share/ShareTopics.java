package naru.broker.share;

import naru.broker.access.Access;
import naru.broker.partition.PartitionLookup;
import naru.broker.share.Acknowledging.Result;
import naru.broker.transport.Request;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/** Whether a client may read a topic. */
record ShareTopics(PartitionLookup lookup, Access access) {
    Result check(Request request, Uuid topicId) {
        String topic = lookup.topicName(topicId);
        if (topic == null) {
            return new Result(Errors.UNKNOWN_TOPIC_ID, "no topic has the id " + topicId);
        }
        return access.allowedOnTopic(request, AclOperation.READ, topic)
                ? Result.DONE
                : new Result(
                        Errors.TOPIC_AUTHORIZATION_FAILED,
                        Errors.TOPIC_AUTHORIZATION_FAILED.message());
    }
}
