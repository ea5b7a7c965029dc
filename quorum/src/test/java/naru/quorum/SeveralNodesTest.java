package naru.quorum;

import static naru.quorum.QuorumFixture.await;
import static naru.quorum.QuorumFixture.awaitUntil;
import static naru.quorum.QuorumFixture.createTopic;
import static naru.quorum.QuorumFixture.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Three voters in one process, without sockets. */
@Timeout(120)
final class SeveralNodesTest {
    private static final int FIRST_PORT = 20_000;
    private static final String VOTERS = "1@127.0.0.1:20001,2@127.0.0.1:20002,3@127.0.0.1:20003";

    @TempDir Path folder;
    private final NodesOnOneNetwork network = new NodesOnOneNetwork();
    private final Map<Integer, KraftQuorum> nodes = new TreeMap<>();

    @AfterEach
    void close() {
        nodes.values().parallelStream().forEach(KraftQuorum::close);
    }

    private KraftQuorum open(int id, Map<String, String> own) {
        Map<String, String> properties = new HashMap<>();
        properties.put("controller.quorum.voters", VOTERS);
        properties.put("controller.quorum.election.timeout.ms", "200");
        properties.put("controller.quorum.fetch.timeout.ms", "500");
        properties.put("controller.quorum.election.backoff.max.ms", "50");
        properties.put("broker.heartbeat.interval.ms", "100");
        properties.put("broker.session.timeout.ms", "1000");
        properties.putAll(own);
        int port = FIRST_PORT + id;
        boolean votes = !own.containsKey("process.roles");
        var endpoint =
                new ClusterImage.BrokerEndpoint("CONTROLLER", "127.0.0.1", port, "PLAINTEXT");
        QuorumOptions one = QuorumFixture.options(folder.resolve("node-" + id));
        QuorumOptions options =
                new QuorumOptions(
                        id,
                        "ClusterOfNaruAAAAAAAAA",
                        votes
                                ? ControllerListeners.of(endpoint)
                                : new ControllerListeners(
                                        "CONTROLLER", "PLAINTEXT", List.of(), false),
                        one.dataFolders(),
                        properties,
                        one.configRules(),
                        one.fatalFault());
        KraftQuorum quorum = KraftQuorum.open(options, network.from(port));
        network.add(port, quorum);
        nodes.put(id, quorum);
        return quorum;
    }

    private static CompletableFuture<Void> register(KraftQuorum quorum) {
        return quorum.register(
                List.of(QuorumFixture.BROKER), List.copyOf(quorum.directoryIds().values()));
    }

    private KraftQuorum node(int id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    private int active(int... among) {
        Set<OptionalInt> seen = new HashSet<>();
        awaitUntil(() -> {
            seen.clear();
            IntStream.of(among).forEach(id -> seen.add(node(id).image().controllerId()));
            return seen.size() == 1
                    && IntStream.of(among).anyMatch(id -> seen.contains(OptionalInt.of(id)));
        });
        return seen.iterator().next().orElseThrow();
    }

    @Test
    void requestsReachTheActiveControllerFromEveryNode() {
        for (int id = 1; id <= 3; id++) {
            open(id, Map.of());
        }
        CompletableFuture.allOf(
                        nodes.values().stream()
                                .map(SeveralNodesTest::register)
                                .toArray(CompletableFuture[]::new))
                .join();

        for (int id = 1; id <= 3; id++) {
            KraftQuorum node = node(id);
            assertThat(createTopic(node, "topic-" + id, 1).topics().find("topic-" + id).errorCode())
                    .isZero();
            assertThat(await(node.controller().allocateProducerIds()).size()).isPositive();
        }

        int active = active(1, 2, 3);
        assertThat(nodes.values())
                .allSatisfy(node -> assertThat(node.standing().leaderId()).hasValue(active));
        int other = active == 1 ? 2 : 1;
        assertThatThrownBy(() ->
                        await(
                                node(other)
                                        .controllerHere()
                                        .unregisterBroker(QuorumFixture.caller(0), 99)))
                .isInstanceOf(NotControllerException.class);
    }

    @Test
    void brokerThatIsCutOffIsFencedAndComesBack() {
        for (int id = 1; id <= 3; id++) {
            open(id, Map.of());
        }
        KraftQuorum broker = open(9, Map.of("process.roles", "broker"));
        await(register(broker));
        awaitUntil(() -> !broker.standing().fenced());

        network.cut(FIRST_PORT + 9);
        awaitUntil(() -> {
            ClusterImage.BrokerNode seen = node(1).image().broker(9);
            return seen != null && seen.fenced();
        });
        network.mend(FIRST_PORT + 9);

        awaitUntil(() -> {
            ClusterImage.BrokerNode seen = node(1).image().broker(9);
            return seen != null && !seen.fenced();
        });
        awaitUntil(() -> !broker.standing().fenced());
    }

    @Test
    void brokerWhoseAddressRefusesConnectionsIsFencedLongBeforeItsSessionEnds() {
        Map<String, String> patient = Map.of("broker.session.timeout.ms", "600000");
        for (int id = 1; id <= 3; id++) {
            open(id, patient);
        }
        KraftQuorum broker = open(9, Map.of("process.roles", "broker"));
        await(register(broker));

        network.refuse(QuorumFixture.BROKER.port());
        assertThat(createTopic(broker, "orders", 1).topics().find("orders").errorCode()).isZero();
        assertThat(Objects.requireNonNull(node(1).image().broker(9)).fenced()).isFalse();

        network.cut(FIRST_PORT + 9);
        awaitUntil(() -> Objects.requireNonNull(node(1).image().broker(9)).fenced());

        network.mend(FIRST_PORT + 9);
        awaitUntil(() -> !broker.standing().fenced());
    }

    /** Its session is not over, and it leads nothing: of that a controller keeps no other trace. */
    @Test
    void brokerThatWasStoppedCleanlyIsWholeHoweverSoonItComesBack() {
        ClusterImage.PartitionState back = restarted(true);
        assertThat(back.eligibleLeaderReplicas()).containsExactly(9);
        assertThat(back.inSyncReplicas()).containsExactly(8);
    }

    @Test
    void brokerThatWasKilledIsNotWholeWhenItComesBack() {
        ClusterImage.PartitionState back = restarted(false);
        assertThat(back.eligibleLeaderReplicas()).isEmpty();
        assertThat(back.inSyncReplicas()).containsExactly(8);
    }

    /** A follower leaves and is registered again; its partition as it is then. */
    private ClusterImage.PartitionState restarted(boolean cleanly) {
        Map<String, String> patient = Map.of("broker.session.timeout.ms", "600000");
        for (int id = 1; id <= 3; id++) {
            open(id, patient);
        }
        Map<String, String> broker = Map.of("process.roles", "broker");
        KraftQuorum leader = open(8, broker);
        KraftQuorum follower = open(9, broker);
        await(register(leader));
        await(register(follower));
        assertThat(createReplicated(leader).topics().find("orders").errorCode()).isZero();
        long epoch = follower.brokerEpoch();
        await(follower.controlledShutdown());
        follower.close();
        awaitUntil(() -> partition(leader, "orders", 0).inSyncReplicas().equals(List.of(8)));

        KraftQuorum again = open(9, broker);
        await(
                again.register(
                        List.of(QuorumFixture.BROKER),
                        List.copyOf(again.directoryIds().values()),
                        cleanly ? epoch : -1));
        assertThat(again.brokerEpoch()).isGreaterThan(epoch);
        return partition(again, "orders", 0);
    }

    private static CreateTopicsResponseData createReplicated(KraftQuorum through) {
        var topic = new CreatableTopic().setName("orders");
        topic.setNumPartitions(-1).setReplicationFactor((short) -1);
        topic.assignments()
                .add(
                        new CreatableReplicaAssignment()
                                .setPartitionIndex(0)
                                .setBrokerIds(List.of(8, 9)));
        topic.configs()
                .add(new CreatableTopicConfig().setName("min.insync.replicas").setValue("2"));
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(30_000);
        request.topics().add(topic);
        return await(through.controller().createTopics(QuorumFixture.caller(7), request));
    }

    @Test
    void requestThatBeganBeforeAnElectionIsAnsweredAfterIt() {
        for (int id = 1; id <= 3; id++) {
            open(id, Map.of());
        }
        KraftQuorum broker = open(9, Map.of("process.roles", "broker"));
        await(register(broker));
        int first = active(1, 2, 3);

        network.cut(FIRST_PORT + first);

        assertThat(createTopic(broker, "orders", 1).topics().find("orders").errorCode()).isZero();
        assertThat(broker.standing().leaderId()).isNotEqualTo(OptionalInt.of(first));
    }

    @Test
    void controllerWithoutRoomHandsOverAndFollowsAgainWhenThereIsRoom() throws IOException {
        Map<Integer, SmallVolume> volumes = new TreeMap<>();
        try {
            for (int id = 1; id <= 3; id++) {
                Path root = Files.createDirectories(folder.resolve("node-" + id));
                volumes.put(id, SmallVolume.mount(root));
                open(id, Map.of());
            }
            KraftQuorum broker = open(9, Map.of("process.roles", "broker"));
            await(register(broker));
            int full = active(1, 2, 3);
            SmallVolume volume = Objects.requireNonNull(volumes.get(full));
            volume.fill(0);

            assertThat(createTopic(broker, "orders", 1).topics().find("orders").errorCode())
                    .isZero();
            assertThat(broker.standing().leaderId()).isNotEqualTo(OptionalInt.of(full));

            volume.makeRoom();
            awaitUntil(() -> node(full).image().topic("orders") != null);
            assertThat(createTopic(node(full), "more", 1).topics().find("more").errorCode())
                    .isZero();
        } finally {
            close();
            nodes.clear();
            volumes.values().forEach(SmallVolume::close);
        }
    }

    @Test
    void controllerElsewhereIsToldOfTheFoldersOfABroker() {
        for (int id = 1; id <= 3; id++) {
            open(id, Map.of());
        }
        KraftQuorum broker = open(9, Map.of("process.roles", "broker"));
        Uuid kept = broker.directoryIds().values().iterator().next();
        Uuid lost = Uuid.randomUuid();
        await(broker.register(List.of(QuorumFixture.BROKER), List.of(kept, lost)));
        createTopic(broker, "orders", 1);
        awaitUntil(() -> broker.image().topic("orders") != null);
        Uuid topic = Objects.requireNonNull(broker.image().topic("orders")).id();

        for (Uuid directory : List.of(kept, lost)) {
            await(broker.assignDirectory(topic, 0, directory));
            awaitUntil(() -> directory.equals(partition(broker, "orders", 0).directoryOf(9)));
        }
        broker.directoryFailed(lost);

        awaitUntil(() ->
                Objects.requireNonNull(broker.image().broker(9))
                        .directories()
                        .equals(List.of(kept)));
    }

    @Test
    void everyControllerKnowsTheTokensThatAnotherHasMade() {
        Map<String, String> secret = Map.of("delegation.token.secret.key", "secret");
        for (int id = 1; id <= 3; id++) {
            open(id, secret);
        }
        KraftQuorum broker = open(9, Map.of("process.roles", "broker"));
        await(register(broker));
        int first = active(1, 2, 3);
        CreateDelegationTokenResponseData made =
                await(
                        broker.controller()
                                .createDelegationToken(
                                        QuorumFixture.caller(3),
                                        new CreateDelegationTokenRequestData()
                                                .setMaxLifetimeMs(-1)));
        assertThat(Errors.forCode(made.errorCode())).isEqualTo(Errors.NONE);
        awaitUntil(() -> isRenewed(broker, made.hmac()));

        network.cut(FIRST_PORT + first);

        awaitUntil(() -> isRenewed(broker, made.hmac()));
        assertThat(broker.standing().leaderId()).isNotEqualTo(OptionalInt.of(first));
    }

    private static boolean isRenewed(KraftQuorum through, byte[] proof) {
        RenewDelegationTokenRequestData request =
                new RenewDelegationTokenRequestData().setHmac(proof).setRenewPeriodMs(-1);
        return await(through.controller().renewDelegationToken(QuorumFixture.caller(2), request))
                        .errorCode()
                == Errors.NONE.code();
    }
}
