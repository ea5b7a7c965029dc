package naru.coordination.group.modern;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.api.assignor.GroupSpec;
import org.apache.kafka.coordinator.group.api.assignor.MemberAssignment;
import org.apache.kafka.coordinator.group.api.assignor.MemberSubscription;
import org.apache.kafka.coordinator.group.api.assignor.PartitionAssignor;
import org.apache.kafka.coordinator.group.api.assignor.SubscribedTopicDescriber;
import org.apache.kafka.coordinator.group.api.assignor.SubscriptionType;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/** Asks one of Kafka's assignors for the targets of a group. */
public final class Assigning {
    private Assigning() {}

    /**
     * A member as an assignor sees it.
     *
     * @param present what it was to have so far
     */
    public record Candidate(
            @Nullable String rack,
            @Nullable String instance,
            Set<Uuid> topics,
            TopicPartitions present)
            implements MemberSubscription {

        /** Assignors take every partition that somebody has for one that there is. */
        Candidate withinWhatIs(TopicCatalog catalog) {
            Map<Uuid, Set<Integer>> left = new HashMap<>();
            present.forEach((id, partition) -> {
                TopicCatalog.Topic topic = catalog.topic(id);
                if (topic != null && partition < topic.partitionCount()) {
                    left.computeIfAbsent(id, same -> new HashSet<>()).add(partition);
                }
            });
            return new Candidate(rack, instance, topics, new TopicPartitions(left));
        }

        @Override
        public Optional<String> rackId() {
            return Optional.ofNullable(rack);
        }

        @Override
        public Optional<String> instanceId() {
            return Optional.ofNullable(instance);
        }

        @Override
        public Set<Uuid> subscribedTopicIds() {
            return topics;
        }
    }

    /**
     * @param candidates by member id
     * @param assignable may this partition be assigned at all
     * @return for each candidate what it shall have
     */
    public static Map<String, TopicPartitions> assign(
            PartitionAssignor assignor,
            Map<String, Candidate> candidates,
            TopicCatalog topics,
            BiPredicate<Uuid, Integer> assignable) {
        Map<String, TopicPartitions> targets = HashMap.newHashMap(candidates.size());
        if (candidates.isEmpty()) {
            return targets;
        }
        Map<String, Candidate> present = HashMap.newHashMap(candidates.size());
        candidates.forEach(
                (memberId, candidate) -> present.put(memberId, candidate.withinWhatIs(topics)));
        Map<String, MemberAssignment> assigned =
                assignor.assign(new Spec(present, assignable), new Describer(topics)).members();
        for (String memberId : candidates.keySet()) {
            MemberAssignment assignment = assigned.get(memberId);
            targets.put(
                    memberId,
                    assignment == null
                            ? TopicPartitions.NONE
                            : new TopicPartitions(assignment.partitions()));
        }
        return targets;
    }

    private static final class Spec implements GroupSpec {
        private final Map<String, Candidate> candidates;
        private final BiPredicate<Uuid, Integer> assignable;
        private final SubscriptionType type;
        private final Map<Uuid, Set<Integer>> assigned = new HashMap<>();

        Spec(Map<String, Candidate> candidates, BiPredicate<Uuid, Integer> assignable) {
            this.candidates = candidates;
            this.assignable = assignable;
            Set<Uuid> first = candidates.values().iterator().next().topics();
            this.type =
                    candidates.values().stream().allMatch(each -> each.topics().equals(first))
                            ? SubscriptionType.HOMOGENEOUS
                            : SubscriptionType.HETEROGENEOUS;
            for (Candidate candidate : candidates.values()) {
                candidate
                        .present()
                        .partitions()
                        .forEach((topic, indexes) ->
                                assigned.computeIfAbsent(topic, id -> new HashSet<>())
                                        .addAll(indexes));
            }
        }

        @Override
        public Collection<String> memberIds() {
            return candidates.keySet();
        }

        @Override
        public SubscriptionType subscriptionType() {
            return type;
        }

        @Override
        public boolean isPartitionAssigned(Uuid topic, int partition) {
            return assigned.getOrDefault(topic, Set.of()).contains(partition);
        }

        @Override
        public boolean isPartitionAssignable(Uuid topic, int partition) {
            return assignable.test(topic, partition);
        }

        private Candidate candidate(String memberId) {
            Candidate candidate = candidates.get(memberId);
            if (candidate == null) {
                throw new IllegalArgumentException("no member " + memberId);
            }
            return candidate;
        }

        @Override
        public MemberSubscription memberSubscription(String memberId) {
            return candidate(memberId);
        }

        @Override
        public MemberAssignment memberAssignment(String memberId) {
            return candidate(memberId).present();
        }
    }

    private record Describer(TopicCatalog topics) implements SubscribedTopicDescriber {
        @Override
        public int numPartitions(Uuid topicId) {
            TopicCatalog.Topic topic = topics.topic(topicId);
            return topic == null ? -1 : topic.partitionCount();
        }

        @Override
        public Set<String> racksForPartition(Uuid topicId, int partition) {
            TopicCatalog.Topic topic = topics.topic(topicId);
            return topic == null ? Set.of() : topic.racks(partition);
        }
    }
}
