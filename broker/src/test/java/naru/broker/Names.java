package naru.broker;

import org.apache.kafka.common.Uuid;

/**
 * What a request of the matrix is about.
 *
 * @param tokenId a delegation token of {@link Needed#SOMEBODY}
 */
record Names(String topic, Uuid topicId, String group, String transactionalId, String tokenId) {
    /** Others of which none is there, for what would end them. */
    Names doomed() {
        return new Names(topic, topicId, group + "-doomed", transactionalId + "-doomed", tokenId);
    }

    /** A topic that nobody can create, for its name is too like that of one that is there. */
    Names colliding() {
        return new Names(topic.replace('_', '.'), topicId, group, transactionalId, tokenId);
    }

    Names ofNewTopic() {
        return new Names(topic + "-new", Uuid.ZERO_UUID, group, transactionalId, tokenId);
    }
}
