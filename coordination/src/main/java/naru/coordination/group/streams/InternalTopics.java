package naru.coordination.group.streams;

import naru.coordination.Decision;

import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;

import java.util.List;

/** Repartition and changelog topics that a group needs are to be made. */
public record InternalTopics(String groupId, List<CreatableTopic> topics)
        implements Decision.Effect {
    public InternalTopics {
        topics = List.copyOf(topics);
    }
}
