package naru.quorum;

import static naru.quorum.QuorumFixture.awaitUntil;
import static naru.quorum.QuorumFixture.createTopic;
import static naru.quorum.QuorumFixture.openAndRegister;
import static naru.quorum.QuorumFixture.options;
import static naru.quorum.QuorumFixture.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

final class KraftQuorumTest {
    @TempDir Path folder;

    @Test
    void emptyFolderBecomesAClusterOfOneBroker() {
        try (KraftQuorum quorum = openAndRegister(options(folder))) {
            ClusterImage image = quorum.image();

            assertThat(image.controllerId()).hasValue(QuorumFixture.NODE_ID);
            assertThat(image.brokers())
                    .singleElement()
                    .satisfies(broker -> {
                        assertThat(broker.fenced()).isFalse();
                        assertThat(broker.epoch()).isEqualTo(quorum.brokerEpoch());
                        assertThat(broker.endpoint("PLAINTEXT")).isEqualTo(QuorumFixture.BROKER);
                    });
            assertThat(image.finalizedFeatures())
                    .containsEntry("kraft.version", (short) 1)
                    .containsKey("metadata.version");
        }
    }

    @Test
    void createdTopicComesIntoTheImage() {
        try (KraftQuorum quorum = openAndRegister(options(folder))) {
            var reply = createTopic(quorum, "orders", 3);

            assertThat(reply.topics().find("orders").errorCode()).isZero();
            awaitUntil(() -> quorum.image().topic("orders") != null);
            assertThat(partition(quorum, "orders", 2).leader()).isEqualTo(1);
        }
    }
}
