package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.config.AbstractConfig;
import org.junit.jupiter.api.Test;

import java.util.Map;

class GroupSettingsTest {
    @Test
    void defaultsAreThoseOfKafka() {
        assertThat(GroupSettings.defaults())
                .isEqualTo(
                        new GroupSettings(
                                6_000, 1_800_000, 3_000, Integer.MAX_VALUE, 4096, 604_800_000L));
    }

    @Test
    void settingsAreReadByTheirKafkaNames() {
        GroupSettings settings =
                GroupSettings.of(
                        new AbstractConfig(
                                        GroupSettings.definitions(),
                                        Map.of(
                                                "group.initial.rebalance.delay.ms", "0",
                                                "group.max.size", "3",
                                                "offsets.retention.minutes", "1"),
                                        false)
                                ::getInt);

        assertThat(settings.initialRebalanceDelayMillis()).isZero();
        assertThat(settings.maxSize()).isEqualTo(3);
        assertThat(settings.offsetsRetentionMillis()).isEqualTo(60_000);
    }
}
