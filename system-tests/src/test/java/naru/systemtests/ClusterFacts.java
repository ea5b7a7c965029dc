package naru.systemtests;

import static naru.systemtests.JavaClients.await;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaFilter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Everything lasting that an administrator can ask of a broker, as texts that can be compared. */
final class ClusterFacts {
    private static final List<ConfigSource> DYNAMIC =
            List.of(
                    ConfigSource.DYNAMIC_TOPIC_CONFIG,
                    ConfigSource.DYNAMIC_BROKER_CONFIG,
                    ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
                    ConfigSource.DYNAMIC_GROUP_CONFIG,
                    ConfigSource.DYNAMIC_CLIENT_METRICS_CONFIG);

    private final Admin admin;
    private final Map<String, String> facts = new TreeMap<>();

    private ClusterFacts(Admin admin) {
        this.admin = admin;
    }

    /** What is called how; names that begin with {@code naru.} are nothing to Apache Kafka. */
    static Map<String, String> read(Admin admin) {
        ClusterFacts reading = new ClusterFacts(admin);
        reading.cluster();
        Map<String, TopicDescription> topics = reading.topics();
        reading.offsets(topics);
        reading.configs(topics);
        reading.access();
        reading.groups();
        reading.transactions();
        return reading.facts;
    }

    private void cluster() {
        facts.put("cluster", await(admin.describeCluster().clusterId()));
        facts.put(
                "features",
                new TreeMap<>(await(admin.describeFeatures().featureMetadata()).finalizedFeatures())
                        .toString());
    }

    private Map<String, TopicDescription> topics() {
        var names = await(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        Map<String, TopicDescription> topics = await(admin.describeTopics(names).allTopicNames());
        topics.forEach((name, topic) ->
                facts.put("topic " + name, topic.topicId() + " x " + topic.partitions().size()));
        return topics;
    }

    /** Internal topics grow by themselves. */
    private void offsets(Map<String, TopicDescription> topics) {
        Map<TopicPartition, OffsetSpec> earliest = new HashMap<>();
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (TopicDescription topic : topics.values()) {
            for (int i = 0; i < topic.partitions().size() && !topic.isInternal(); i++) {
                earliest.put(new TopicPartition(topic.name(), i), OffsetSpec.earliest());
                latest.put(new TopicPartition(topic.name(), i), OffsetSpec.latest());
            }
        }
        await(admin.listOffsets(earliest).all())
                .forEach((partition, at) -> facts.put("start " + partition, "" + at.offset()));
        await(admin.listOffsets(latest).all())
                .forEach((partition, at) -> facts.put("end " + partition, "" + at.offset()));
    }

    private void configs(Map<String, TopicDescription> topics) {
        List<ConfigResource> resources = new ArrayList<>(await(admin.listConfigResources().all()));
        resources.removeIf(each -> each.type() == ConfigResource.Type.BROKER_LOGGER);
        topics.keySet()
                .forEach(
                        name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
        await(admin.describeConfigs(resources).all())
                .forEach((resource, config) ->
                        config.entries().stream()
                                .filter(ClusterFacts::isSetInKafka)
                                .forEach(entry ->
                                        facts.put(
                                                "config %s %s %s"
                                                        .formatted(
                                                                resource,
                                                                entry.name(),
                                                                entry.source()),
                                                String.valueOf(entry.value()))));
    }

    private static boolean isSetInKafka(ConfigEntry entry) {
        return DYNAMIC.contains(entry.source()) && !entry.name().startsWith("naru.");
    }

    private void access() {
        var rules = await(admin.describeAcls(AclBindingFilter.ANY).values());
        facts.put("acls", new TreeSet<>(rules.stream().map(Object::toString).toList()).toString());
        facts.put(
                "users",
                new TreeMap<>(await(admin.describeUserScramCredentials().all())).toString());
        await(admin.describeClientQuotas(ClientQuotaFilter.all()).entities())
                .forEach((whose, quotas) ->
                        facts.put("quota " + new TreeMap<>(whose.entries()), quotas.toString()));
    }

    private void groups() {
        for (GroupListing group : await(admin.listGroups().all())) {
            String id = group.groupId();
            String type = group.type().map(Object::toString).orElse("unknown");
            facts.put("group " + id, type);
            facts.put(
                    "offsets of " + id,
                    type.equals("Share")
                            ? sorted(
                                    await(
                                            admin.listShareGroupOffsets(
                                                            Map.of(
                                                                    id,
                                                                    new ListShareGroupOffsetsSpec()))
                                                    .partitionsToOffsetInfo(id)))
                            : sorted(
                                    await(
                                            admin.listConsumerGroupOffsets(
                                                            Map.of(
                                                                    id,
                                                                    new ListConsumerGroupOffsetsSpec()))
                                                    .partitionsToOffsetAndMetadata(id))));
        }
    }

    private static String sorted(Map<TopicPartition, ?> byPartition) {
        Map<String, Object> sorted = new TreeMap<>();
        byPartition.forEach((partition, value) -> sorted.put(partition.toString(), value));
        return sorted.toString();
    }

    private void transactions() {
        var listed = await(admin.listTransactions().all());
        var ids = listed.stream().map(each -> each.transactionalId()).toList();
        await(admin.describeTransactions(ids).all())
                .forEach((id, transaction) ->
                        facts.put("transaction " + id, transaction.toString()));
    }
}
