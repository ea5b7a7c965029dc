package naru.broker;

import org.apache.kafka.common.Uuid;

/** What a request of the matrix is about. */
record Names(String topic, Uuid topicId, String group, String transactionalId) {
    /** Others of which none is there, for what would end them. */
    Names doomed() {
        return new Names(topic, topicId, group + "-doomed", transactionalId + "-doomed");
    }

    /** A topic that nobody can create, for its name is too like that of one that is there. */
    Names colliding() {
        return new Names(topic.replace('_', '.'), topicId, group, transactionalId);
    }

    Names ofNewTopic() {
        return new Names(topic + "-new", Uuid.ZERO_UUID, group, transactionalId);
    }
}
