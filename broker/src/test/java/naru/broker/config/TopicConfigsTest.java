package naru.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.LogConfig;

import org.junit.jupiter.api.Test;

import java.util.Map;

class TopicConfigsTest {
    private static NodeConfig node(Map<String, String> properties) {
        return NodeConfig.parse(properties);
    }

    @Test
    void withoutAnySettingKafkasDefaultsHold() {
        TopicConfig topic = TopicConfigs.effective(Map.of(), node(Map.of()));

        assertThat(topic.log()).isEqualTo(LogConfig.DEFAULTS);
        assertThat(topic.minInSyncReplicas()).isEqualTo(1);
    }

    @Test
    void retentionIsTakenFromTheFinestUnitOfTheNode() {
        Map<String, String> hours = Map.of("log.retention.hours", "2");
        Map<String, String> minutes =
                Map.of("log.retention.hours", "2", "log.retention.minutes", "3");

        assertThat(retentionMillis(node(hours), Map.of())).isEqualTo(7_200_000);
        assertThat(retentionMillis(node(minutes), Map.of())).isEqualTo(180_000);
        assertThat(retentionMillis(node(Map.of("log.retention.hours", "-1")), Map.of()))
                .isEqualTo(-1);
    }

    @Test
    void theNearerSettingIsTheStronger() {
        NodeConfig fixed = node(Map.of("log.retention.minutes", "1"));
        NodeConfig cluster = fixed.withDynamic(Map.of(), Map.of("log.retention.ms", "50"));
        NodeConfig broker =
                fixed.withDynamic(
                        Map.of("log.retention.ms", "40"), Map.of("log.retention.ms", "50"));

        assertThat(retentionMillis(fixed, Map.of())).isEqualTo(60_000);
        assertThat(retentionMillis(cluster, Map.of())).isEqualTo(50);
        assertThat(retentionMillis(broker, Map.of())).isEqualTo(40);
        assertThat(retentionMillis(broker, Map.of("retention.ms", "30"))).isEqualTo(30);
    }

    @Test
    void everyLogSettingReachesTheLog() {
        TopicConfig topic =
                TopicConfigs.effective(
                        Map.ofEntries(
                                Map.entry("segment.bytes", "2097152"),
                                Map.entry("segment.ms", "2"),
                                Map.entry("segment.jitter.ms", "3"),
                                Map.entry("segment.index.bytes", "40"),
                                Map.entry("index.interval.bytes", "5"),
                                Map.entry("retention.bytes", "6"),
                                Map.entry("retention.ms", "7"),
                                Map.entry("file.delete.delay.ms", "8"),
                                Map.entry("max.message.bytes", "9"),
                                Map.entry("flush.messages", "10"),
                                Map.entry("flush.ms", "11"),
                                Map.entry("cleanup.policy", "compact"),
                                Map.entry("min.cleanable.dirty.ratio", "0.25"),
                                Map.entry("min.compaction.lag.ms", "20"),
                                Map.entry("max.compaction.lag.ms", "21"),
                                Map.entry("delete.retention.ms", "22"),
                                Map.entry("message.timestamp.type", "LogAppendTime"),
                                Map.entry("message.timestamp.before.max.ms", "12"),
                                Map.entry("message.timestamp.after.max.ms", "13"),
                                Map.entry("compression.type", "zstd"),
                                Map.entry("compression.zstd.level", "14"),
                                Map.entry("preallocate", "true"),
                                Map.entry("min.insync.replicas", "2"),
                                Map.entry("naru.ack", "fsync")),
                        node(Map.of()));

        assertThat(topic.log())
                .isEqualTo(
                        new LogConfig(
                                2097152,
                                2,
                                3,
                                40,
                                5,
                                6,
                                7,
                                8,
                                9,
                                10,
                                11,
                                false,
                                true,
                                new LogConfig.Compaction(0.25, 20, 21, 22),
                                true,
                                12,
                                13,
                                "zstd",
                                14,
                                true,
                                true));
        assertThat(topic.minInSyncReplicas()).isEqualTo(2);
    }

    @Test
    void ackOfTheNodeHoldsForItsTopics() {
        NodeConfig durable = node(Map.of("naru.ack", "fsync"));

        assertThat(TopicConfigs.effective(Map.of(), durable).log().ackFsync()).isTrue();
        assertThat(
                        TopicConfigs.effective(Map.of("naru.ack", "page-cache"), durable)
                                .log()
                                .ackFsync())
                .isFalse();
    }

    private static long retentionMillis(NodeConfig node, Map<String, String> own) {
        return TopicConfigs.effective(own, node).log().retentionMillis();
    }
}
