package naru.coordination.group.modern;

import java.util.Map;

/** What groups may know of the cluster around them. Read while deciding, never while applying. */
public interface Surroundings {
    TopicCatalog topics();

    /** What was set dynamically for this group, by Kafka's names; empty when nothing was. */
    Map<String, String> configOf(String groupId);
}
