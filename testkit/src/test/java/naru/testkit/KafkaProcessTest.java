package naru.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.util.Map;

final class KafkaProcessTest {
    @Test
    void kafkaServesSurvivesKillAndLeavesNoFolderBehind() {
        KafkaProcess kafka = KafkaProcess.start(Map.of());
        try {
            assertThat(kafka.isAlive()).isTrue();
            assertThat(kafka.cpuSeconds()).isPositive();
            kafka.kill();
            assertThat(kafka.isAlive()).isFalse();

            kafka.restart();
            assertThat(kafka.isAlive()).isTrue();
        } finally {
            kafka.close();
        }
        assertThat(Files.exists(kafka.dataFolder())).isFalse();
    }
}
