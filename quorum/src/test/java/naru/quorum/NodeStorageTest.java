package naru.quorum;

import static naru.quorum.QuorumFixture.createTopic;
import static naru.quorum.QuorumFixture.openAndRegister;
import static naru.quorum.QuorumFixture.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.DynamicVoters;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.FileQuorumStateStore;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

final class NodeStorageTest {
    private static final String CLUSTER = "p8fFEbKGQ22B6M_Da_vCBw";
    private static final String DIRECTORY = "K-nVWHtkRUyhO5tXPWvxMQ";

    @TempDir Path folder;

    @Test
    void newFolderIsFormattedAsADynamicQuorum() throws IOException {
        try (KraftQuorum quorum = openAndRegister(options(folder, CLUSTER, Map.of()))) {
            assertThat(quorum.clusterId()).isEqualTo(CLUSTER);
        }

        assertThat(
                        folder.resolve(
                                "__cluster_metadata-0/00000000000000000000-0000000000.checkpoint"))
                .exists();
        assertThat(folder.resolve("bootstrap.checkpoint")).exists();
        assertThat(metaProperties())
                .containsEntry("version", "1")
                .containsEntry("cluster.id", CLUSTER)
                .containsEntry("node.id", "1")
                .containsKey("directory.id");
    }

    @Test
    void folderThatKafkaFormattedAsDynamicQuorumIsOpened() throws Exception {
        format(
                new Formatter()
                        .setHasDynamicQuorum(true)
                        .setInitialControllers(
                                DynamicVoters.parse("1@127.0.0.1:19093:" + DIRECTORY)));

        try (KraftQuorum quorum = openAndRegister(options(folder))) {
            assertThat(quorum.clusterId()).isEqualTo(CLUSTER);
            assertThat(quorum.directoryIds()).containsValue(Uuid.fromString(DIRECTORY));
            assertThat(quorum.image().finalizedFeatures())
                    .containsEntry("kraft.version", (short) 1);
        }
    }

    @Test
    void folderThatKafkaFormattedForAStaticQuorumIsOpened() throws Exception {
        format(new Formatter().setReleaseVersion(MetadataVersion.IBP_3_9_IV0));
        var voters = Map.of("controller.quorum.voters", "1@127.0.0.1:19093");

        try (KraftQuorum quorum = openAndRegister(options(folder, null, voters))) {
            assertThat(quorum.image().finalizedFeatures())
                    .containsEntry("metadata.version", MetadataVersion.IBP_3_9_IV0.featureLevel())
                    .doesNotContainKey("kraft.version");
            assertThat(createTopic(quorum, "orders", 1).topics().find("orders").errorCode())
                    .isZero();
        }
    }

    @Test
    void staticQuorumOfOneNeedsNoVotersInTheConfiguration() throws Exception {
        format(new Formatter().setReleaseVersion(MetadataVersion.IBP_3_9_IV0));
        var voters = Map.of("controller.quorum.voters", "1@127.0.0.1:19093");

        createTopicIn(options(folder), "formatted");
        createTopicIn(options(folder, null, voters), "told");
        createTopicIn(
                options(
                        folder,
                        null,
                        Map.of("controller.quorum.bootstrap.servers", "elsewhere:19093")),
                "found");
    }

    private static void createTopicIn(QuorumOptions options, String name) {
        try (KraftQuorum quorum = openAndRegister(options)) {
            assertThat(createTopic(quorum, name, 1).topics().find(name).errorCode()).isZero();
        }
    }

    @Test
    void metadataOfAVersionThatIsNotServedIsRefusedAndLeftAlone() throws Exception {
        format(
                new Formatter()
                        .setReleaseVersion(MetadataVersion.latestTesting())
                        .setUnstableFeatureVersionsEnabled(true));
        Map<String, String> before = contents();

        assertThatThrownBy(() -> KraftQuorum.open(options(folder)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("metadata.version=")
                .hasMessageContaining("(4.3-IV0); take it back with kafka-features downgrade");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void folderWhoseMetadataIsElsewhereIsRefused() throws Exception {
        Files.writeString(
                folder.resolve("meta.properties"),
                "version=1\ncluster.id=%s\nnode.id=1\ndirectory.id=%s\n"
                        .formatted(CLUSTER, DIRECTORY));
        Map<String, String> before = contents();

        assertThatThrownBy(() -> KraftQuorum.open(options(folder)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("set metadata.log.dir");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void folderWhoseLogNamesOtherControllersIsServedWhereTheyReachThisOne() throws Exception {
        format(
                new Formatter()
                        .setHasDynamicQuorum(true)
                        .setInitialControllers(
                                DynamicVoters.parse(
                                        "1@127.0.0.1:19093:%s,2@127.0.0.1:19095:%s"
                                                .formatted(DIRECTORY, Uuid.randomUuid()))));

        Map<String, String> before = contents();
        QuorumOptions options = options(folder);
        ControllerListeners own = options.controllers();

        assertThatThrownBy(() ->
                        KraftQuorum.open(
                                reached(
                                        options,
                                        new ControllerListeners(
                                                own.name(),
                                                own.securityProtocol(),
                                                own.endpoints(),
                                                true))))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("whose controllers are the nodes [1, 2]")
                .hasMessageContaining("has no listener by which they reach");
        assertThat(contents()).isEqualTo(before);
        try (KraftQuorum quorum = KraftQuorum.open(options(folder))) {
            assertThat(quorum.standing().leaderId()).isEmpty();
        }
    }

    @Test
    void folderWithOtherControllersOfWhichNobodyTellsTheAddressesIsRefused() throws Exception {
        format(new Formatter().setReleaseVersion(MetadataVersion.IBP_3_9_IV0));
        Path election = folder.resolve("__cluster_metadata-0").resolve("quorum-state");
        Files.createDirectories(election.getParent());
        new FileQuorumStateStore(election.toFile())
                .writeElectionState(
                        ElectionState.withUnknownLeader(3, Set.of(1, 2)),
                        KRaftVersion.KRAFT_VERSION_0);
        Map<String, String> before = contents();

        assertThatThrownBy(() -> KraftQuorum.open(options(folder)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("whose controllers are the nodes [1, 2]")
                .hasMessageContaining("set controller.quorum.voters");
        assertThat(contents()).isEqualTo(before);
    }

    /** All files, with what is in them. */
    private Map<String, String> contents() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            Map<String, String> contents = new TreeMap<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return contents;
        }
    }

    @Test
    void newFolderWithConfiguredVotersIsAStaticQuorum() {
        var voters = Map.of("controller.quorum.voters", "1@127.0.0.1:19093");

        try (KraftQuorum quorum = openAndRegister(options(folder, null, voters))) {
            assertThat(quorum.image().finalizedFeatures()).doesNotContainKey("kraft.version");
        }
    }

    @Test
    void bootstrapServerThatIsThisNodeIsNobodyElse() {
        var self = Map.of("controller.quorum.bootstrap.servers", "localhost:19093");

        try (KraftQuorum quorum = openAndRegister(options(folder, null, self))) {
            assertThat(quorum.image().controllerId()).hasValue(QuorumFixture.NODE_ID);
        }
    }

    @Test
    void folderOfAnotherClusterIsRefused() {
        openAndRegister(options(folder, CLUSTER, Map.of())).close();

        assertThatThrownBy(() ->
                        KraftQuorum.open(options(folder, Uuid.randomUuid().toString(), Map.of())))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("belongs to the cluster " + CLUSTER);
    }

    @Test
    void folderOfAnotherNodeIsRefused() throws Exception {
        format(new Formatter(), 7);

        assertThatThrownBy(() -> KraftQuorum.open(options(folder)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("belongs to node.id=7, not to 1");
    }

    @Test
    void metadataLogWithoutMetaPropertiesIsNotFormattedOver() throws IOException {
        openAndRegister(options(folder)).close();
        Files.delete(folder.resolve("meta.properties"));

        assertThatThrownBy(() -> KraftQuorum.open(options(folder)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("meta.properties is missing");
    }

    private static QuorumOptions reached(QuorumOptions one, ControllerListeners listeners) {
        return new QuorumOptions(
                one.nodeId(),
                null,
                listeners,
                one.dataFolders(),
                one.properties(),
                one.configRules(),
                one.fatalFault());
    }

    private QuorumOptions several(Path... folders) {
        QuorumOptions one = options(folder);
        return new QuorumOptions(
                one.nodeId(),
                null,
                one.controllers(),
                List.of(folders),
                one.properties(),
                one.configRules(),
                one.fatalFault());
    }

    @Test
    void folderThatIsAddedGetsAnIdOfItsOwn() {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        KraftQuorum.open(several(first)).close();

        try (KraftQuorum quorum = KraftQuorum.open(several(first, second))) {
            assertThat(quorum.directoryIds()).containsOnlyKeys(first, second);
            assertThat(Set.copyOf(quorum.directoryIds().values())).hasSize(2);
        }
    }

    @Test
    void copyOfAFolderIsRefused() throws IOException {
        Path first = folder.resolve("first");
        Path second = Files.createDirectory(folder.resolve("second"));
        KraftQuorum.open(several(first)).close();
        Files.copy(first.resolve("meta.properties"), second.resolve("meta.properties"));

        assertThatThrownBy(() -> KraftQuorum.open(several(first, second)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("the same directory.id");
    }

    @Test
    void folderThatIsNoneIsOfflineUnlessTheMetadataAreInIt() throws IOException {
        Path first = folder.resolve("first");
        Path file = Files.createFile(folder.resolve("file"));

        try (KraftQuorum quorum = KraftQuorum.open(several(first, file))) {
            assertThat(quorum.offlineFolders()).containsOnlyKeys(file);
            assertThat(quorum.directoryIds()).containsOnlyKeys(first);
        }
        assertThatThrownBy(() -> KraftQuorum.open(several(file, first)))
                .isInstanceOf(StorageRefusedException.class);
    }

    @Test
    void otherOrderOfFoldersDoesNotBeginAnotherMetadataLog() {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        KraftQuorum.open(several(first, second)).close();

        assertThatThrownBy(() -> KraftQuorum.open(several(second, first)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("set metadata.log.dir=" + first);
    }

    @Test
    void badSettingIsRefusedWithItsKey() {
        assertThatThrownBy(() ->
                        KraftQuorum.open(
                                options(folder, null, Map.of("broker.session.timeout.ms", "soon"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("broker.session.timeout.ms");
        assertThat(folder).isEmptyDirectory();
    }

    private void format(Formatter formatter) throws Exception {
        format(formatter, QuorumFixture.NODE_ID);
    }

    private void format(Formatter formatter, int nodeId) throws Exception {
        formatter
                .setNodeId(nodeId)
                .setPrintStream(
                        new PrintStream(
                                OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setClusterId(CLUSTER)
                .addDirectory(folder.toString())
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName("CONTROLLER");
        formatter.run();
    }

    private Map<Object, Object> metaProperties() throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newInputStream(folder.resolve("meta.properties"))) {
            properties.load(in);
        }
        return properties;
    }
}
