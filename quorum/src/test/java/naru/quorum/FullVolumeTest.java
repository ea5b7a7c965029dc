package naru.quorum;

import static naru.quorum.QuorumFixture.await;
import static naru.quorum.QuorumFixture.awaitUntil;
import static naru.quorum.QuorumFixture.openAndRegister;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node that is alone and whose metadata log finds no room. */
@Timeout(120)
final class FullVolumeTest {
    @TempDir Path mount;
    private final List<String> faults = new CopyOnWriteArrayList<>();

    private QuorumOptions options(Path folder) {
        QuorumOptions common = QuorumFixture.options(folder, null, Map.of());
        return new QuorumOptions(
                common.nodeId(),
                common.clusterId(),
                common.controllers(),
                common.dataFolders(),
                common.properties(),
                common.configRules(),
                (message, cause) -> faults.add(message));
    }

    private static CompletableFuture<CreateTopicsResponseData> create(Quorum quorum, String name) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(60_000);
        request.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName(name)
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
        return quorum.controller().createTopics(QuorumFixture.caller(7), request);
    }

    @Test
    void nodeWithoutRoomWaitsAndGoesOnByItself() {
        try (SmallVolume volume = SmallVolume.mount(mount)) {
            QuorumOptions options = options(mount.resolve("data"));
            try (KraftQuorum quorum = openAndRegister(options)) {
                await(create(quorum, "before"));
                volume.fill(0);
                CompletableFuture<CreateTopicsResponseData> created = create(quorum, "orders");
                awaitUntil(quorum::awaitsRoom);
                assertThat(created).isNotDone();
                assertThat(quorum.image().topic("before")).isNotNull();

                volume.makeRoom();

                assertThat(await(created).topics().find("orders").errorCode()).isZero();
                await(create(quorum, "after"));
                awaitUntil(() -> quorum.image().topic("after") != null);
            }
            try (KraftQuorum again = openAndRegister(options)) {
                assertThat(again.image().topic("orders")).isNotNull();
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void nodeWithoutRoomCanBeStopped() {
        try (SmallVolume volume = SmallVolume.mount(mount)) {
            QuorumOptions options = options(mount.resolve("data"));
            try (KraftQuorum quorum = openAndRegister(options)) {
                volume.fill(0);
                var _ = create(quorum, "orders");
                awaitUntil(quorum::awaitsRoom);
            }
            volume.makeRoom();
            try (KraftQuorum again = openAndRegister(options)) {
                await(create(again, "orders"));
            }
        }
        assertThat(faults).isEmpty();
    }
}
