package naru.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

class NodeConfigTest {
    private static String refusal(Map<String, String> properties) {
        BadConfiguration refused =
                catchThrowableOfType(BadConfiguration.class, () -> NodeConfig.parse(properties));
        assertThat(refused).as("refusal of %s", properties).isNotNull();
        return String.valueOf(refused.getMessage());
    }

    @Test
    void emptyConfigurationIsANodeOnLoopback() {
        NodeConfig node = NodeConfig.parse(Map.of());

        assertThat(node.nodeId()).isEqualTo(1);
        assertThat(node.dataFolders()).containsExactly(Path.of("naru-data").toAbsolutePath());
        assertThat(node.listeners())
                .containsExactly(new Listener("PLAINTEXT", "127.0.0.1", 9092, "PLAINTEXT"));
        assertThat(node.advertised("PLAINTEXT")).isNull();
        assertThat(node.list(NaruSettings.METRICS_LISTENERS))
                .containsExactly("http://127.0.0.1:9404");
        assertThat(node.services())
                .containsExactlyInAnyOrder(
                        "broker", "registry", "rest", "connect", "sql", "console");
        assertThat(node.loops()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(node.withoutEffect()).isEmpty();
    }

    @Test
    void serverPropertiesThatKafkaShipsAreTakenOnLoopback() {
        NodeConfig node =
                NodeConfig.parse(
                        Map.ofEntries(
                                Map.entry("process.roles", "broker,controller"),
                                Map.entry("node.id", "7"),
                                Map.entry("controller.quorum.bootstrap.servers", "localhost:9093"),
                                Map.entry(
                                        "listeners",
                                        "PLAINTEXT://127.0.0.1:0,CONTROLLER://localhost:9093"),
                                Map.entry("inter.broker.listener.name", "PLAINTEXT"),
                                Map.entry("advertised.listeners", "PLAINTEXT://kafka.example:9092"),
                                Map.entry("controller.listener.names", "CONTROLLER"),
                                Map.entry(
                                        "listener.security.protocol.map",
                                        "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL"),
                                Map.entry("num.network.threads", "3"),
                                Map.entry("log.dirs", "/var/lib/kafka"),
                                Map.entry("log.retention.hours", "168")));

        assertThat(node.nodeId()).isEqualTo(7);
        assertThat(node.dataFolders()).containsExactly(Path.of("/var/lib/kafka"));
        assertThat(node.controllerListeners())
                .containsExactly(new Listener("CONTROLLER", "localhost", 9093, "PLAINTEXT"));
        assertThat(node.advertised("PLAINTEXT"))
                .isEqualTo(new Listener("PLAINTEXT", "kafka.example", 9092, "PLAINTEXT"));
        assertThat(node.withoutEffect()).containsExactly("num.network.threads");
    }

    @Test
    void everyProblemIsNamedAtOnce() {
        assertThat(refusal(Map.of("num.partitions", "none", "log.retention.msx", "5")))
                .contains(
                        "num.partitions=none: must be a whole number of at least 1",
                        "log.retention.msx=5: there is no such setting; did you mean"
                                + " log.retention.ms?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "authorizer.class.name|org.example.Acl|runs no authorizer but its own",
                "super.users|User:admin|nobody is held back",
                "log.dirs|/a,/b/../a|name each data folder once",
                "remote.log.storage.system.enable|true|no remote storage",
                "controller.quorum.voters|9@a:1|must name this node, 1@HOST:PORT",
                "controller.quorum.voters|1@a|write ID@HOST:PORT for each voter",
                "controller.quorum.bootstrap.servers|a|write HOST:PORT for each",
                "naru.initial.controllers|1@a:1|write ID@HOST:PORT:DIRECTORY_ID",
                "naru.initial.controllers|2@a:1:AAAAAAAAAAAAAAAAAAAAAA|must name this node, 1",
                "create.topic.policy.class.name|java.lang.String|runs no policies",
                "config.providers|file|resolves no ${provider:...} values",
                "confluent.license|x|belongs to Confluent Platform",
                "zookeeper.connect|x:2181|there is no ZooKeeper",
                "inter.broker.protocol.version|3.9|Kafka 4 knows it no longer",
                "utterly.different.word|1|docs/configuration.md lists all",
                "leader.replication.throttled.rate|1|there is no such setting",
                "naru.ack|disk|one of page-cache, fsync",
                "naru.services|broker,zoo|a comma-separated list of broker, registry",
                "naru.log.format|xml|one of text, json",
                "auto.create.topics.enable|yes|true or false",
                "compression.zstd.level|99|from -131072 to 22",
                "listeners|PLAINTEXT:9092|write NAME://HOST:PORT",
                "listeners|PLAINTEXT://127.0.0.1:70000|a number from 0 to 65535",
                "listeners|INTERNAL://127.0.0.1:1|add INTERNAL:SASL_SSL, or",
                "listeners|CONTROLLER://127.0.0.1:1|name at least one listener",
                "listener.security.protocol.map|A:B|write NAME:PROTOCOL",
                "inter.broker.listener.name|OTHER|no broker listener of this name",
                "advertised.listeners|PLAINTEXT://0.0.0.0:1|not every interface",
                "advertised.listeners|SASL_PLAINTEXT://h:1|there is no listener of this name",
                "naru.rest.listeners|ftp://127.0.0.1:1|write http://HOST:PORT or https://HOST:PORT",
                "naru.metrics.listeners|https://127.0.0.1:1|write http://HOST:PORT",
                "naru.client.security.protocol|SASL_SSL|naru.bootstrap",
                "naru.sql.listeners|http://0.0.0.0:1|naru.insecure.listeners=true",
                "log.retention.hours|0|at least 1, or -1",
                "broker.heartbeat.interval.ms|9000|at most half of broker.session.timeout.ms",
                "group.consumer.session.timeout.ms|1|at least group.consumer.min.session",
                "max.connections.per.ip.overrides|a|write HOST:COUNT pairs",
                "broker.id|4|",
            })
    void refusalNamesKeyValueAndRemedy(String key, String value, String remedy) {
        Map<String, String> properties =
                key.equals("broker.id") ? Map.of(key, value, "node.id", "5") : Map.of(key, value);

        assertThat(refusal(properties))
                .contains(key + "=" + value + ": ")
                .contains(remedy == null ? "must be node.id (5)" : remedy);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "broker|PLAINTEXT://127.0.0.1:1||needs to know a controller",
                "broker|PLAINTEXT://127.0.0.1:1|1@a:1|must not name this node, 1",
                "broker|PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2|2@a:1|no listener for",
                "controller|PLAINTEXT://127.0.0.1:1|1@a:1|listeners for controllers only",
                "controller|CONTROLLER://127.0.0.1:1|2@a:1|must name this node, 1@HOST:PORT",
                "broker,controller|PLAINTEXT://127.0.0.1:1|1@a:1,2@b:1|add a listener",
            })
    void rolesAndListenersAndVotersMustFit(
            String roles, String listeners, @Nullable String voters, String remedy) {
        Map<String, String> properties = new HashMap<>();
        properties.put("process.roles", roles);
        properties.put("listeners", listeners);
        if (voters != null) {
            properties.put("controller.quorum.voters", voters);
        }

        assertThat(refusal(properties)).contains(remedy);
    }

    @Test
    void brokerAloneKnowsHowControllersAreReached() {
        NodeConfig node =
                NodeConfig.parse(
                        Map.of(
                                "process.roles",
                                "broker",
                                "listeners",
                                "PLAINTEXT://127.0.0.1:1",
                                "controller.listener.names",
                                "INNER,OUTER",
                                "listener.security.protocol.map",
                                "INNER:SASL_SSL,OUTER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
                                "controller.quorum.bootstrap.servers",
                                "a:1,b:1"));

        assertThat(node.isController()).isFalse();
        assertThat(node.controllerListenerName()).isEqualTo("INNER");
        assertThat(node.controllerProtocol()).isEqualTo("SASL_SSL");
    }

    @Test
    void secretIsNotRepeatedInARefusal() {
        assertThatThrownBy(() ->
                        NodeConfig.parse(
                                Map.of("sasl.jaas.config", "password=hunter2", "node.id", "-1")))
                .hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @CsvSource({"PLAINTEXT://0.0.0.0:9092", "PLAINTEXT://[::]:9092"})
    void openListenerNeedsPermission(String listener) {
        assertThat(refusal(Map.of("listeners", listener)))
                .contains("set naru.insecure.listeners=true");

        NodeConfig permitted =
                NodeConfig.parse(Map.of("listeners", listener, "naru.insecure.listeners", "true"));

        assertThat(permitted.listeners()).hasSize(1);
    }

    @Test
    void openListenerWithoutAHostIsOnLoopbackUnlessPermitted() {
        String listeners = "PLAINTEXT://:9092,CONTROLLER://:9093";

        NodeConfig narrow = NodeConfig.parse(Map.of("listeners", listeners));
        NodeConfig permitted =
                NodeConfig.parse(Map.of("listeners", listeners, "naru.insecure.listeners", "true"));

        assertThat(narrow.listeners()).allMatch(Listener::loopback);
        assertThat(narrow.controllerListeners()).allMatch(Listener::loopback);
        assertThat(narrow.narrowedListeners()).hasSize(2);
        assertThat(permitted.listeners()).noneMatch(Listener::loopback);
        assertThat(permitted.narrowedListeners()).isEmpty();
    }

    @Test
    void settingsOfTheFileThatComesWithKafkaAreTakenAsTheyAre() throws IOException {
        Properties properties = new Properties();
        properties.load(
                new StringReader(
                        """
                        process.roles=broker,controller
                        node.id=1
                        controller.quorum.bootstrap.servers=localhost:9093
                        listeners=PLAINTEXT://:9092,CONTROLLER://:9093
                        inter.broker.listener.name=PLAINTEXT
                        advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
                        controller.listener.names=CONTROLLER
                        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
                        num.network.threads=3
                        num.io.threads=8
                        socket.send.buffer.bytes=102400
                        socket.receive.buffer.bytes=102400
                        socket.request.max.bytes=104857600
                        log.dirs=/tmp/kraft-combined-logs
                        num.partitions=1
                        num.recovery.threads.per.data.dir=1
                        offsets.topic.replication.factor=1
                        share.coordinator.state.topic.replication.factor=1
                        share.coordinator.state.topic.min.isr=1
                        transaction.state.log.replication.factor=1
                        transaction.state.log.min.isr=1
                        log.retention.hours=168
                        log.segment.bytes=1073741824
                        log.retention.check.interval.ms=300000
                        """));
        Map<String, String> settings = new HashMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> settings.put(key, properties.getProperty(key)));

        NodeConfig node = NodeConfig.parse(settings);

        assertThat(node.listeners()).hasSize(1).allMatch(Listener::loopback);
        assertThat(node.controllerListeners()).hasSize(1).allMatch(Listener::loopback);
    }

    @Test
    void nodeIdIsThatOfTheFolderUnlessGiven(@TempDir Path folder) throws IOException {
        Map<String, String> settings = Map.of("log.dirs", folder.toString());
        assertThat(NodeConfig.parse(settings).nodeId()).isEqualTo(1);

        Files.writeString(folder.resolve("meta.properties"), "version=1\nnode.id=42\n");

        assertThat(NodeConfig.parse(settings).nodeId()).isEqualTo(42);
        assertThat(NodeConfig.parse(Map.of("log.dirs", folder.toString(), "node.id", "7")).nodeId())
                .isEqualTo(7);
    }

    @Test
    void listenersOwnLimitIsStrongerThanTheGeneralOne() {
        NodeConfig node =
                NodeConfig.parse(
                        Map.of(
                                "max.connections",
                                "100",
                                "listener.name.plaintext.max.connections",
                                "7"));

        assertThat(node.integer("PLAINTEXT", "max.connections")).isEqualTo(7);
        assertThat(node.integer("OTHER", "max.connections")).isEqualTo(100);
    }

    @Test
    void internalTopicsFitTheBrokersThereAreUnlessToldOtherwise() {
        String key = "offsets.topic.replication.factor";

        assertThat(NodeConfig.parse(Map.of()).internalReplicationFactor(key, 1))
                .isEqualTo((short) 1);
        assertThat(NodeConfig.parse(Map.of(key, "2")).internalReplicationFactor(key, 1))
                .isEqualTo((short) 2);
    }

    @Test
    void nodeThatWasToldNothingOfControllersHasAListenerForThem() {
        NodeConfig config = NodeConfig.parse(Map.of("listeners", "PLAINTEXT://127.0.0.1:19092"));

        Listener implied = new Listener("CONTROLLER", "127.0.0.1", 9093, "PLAINTEXT");
        assertThat(config.controllerListeners()).containsExactly(implied);
        assertThat(config.yields(implied)).isTrue();
        assertThat(config.yields(config.listeners().getFirst())).isFalse();
    }

    @Test
    void controllerListenerThatNobodyAskedForLetsNoStrangerIn() {
        NodeConfig open =
                NodeConfig.parse(
                        Map.of(
                                "listeners", "PLAINTEXT://:9092",
                                "naru.insecure.listeners", "true"));
        NodeConfig login =
                NodeConfig.parse(
                        Map.of(
                                "listeners", "SASL_PLAINTEXT://10.0.0.1:9092",
                                "sasl.enabled.mechanisms", "SCRAM-SHA-256"));

        assertThat(open.controllerListeners().getFirst().host()).isEmpty();
        assertThat(login.controllerListeners().getFirst().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void controllerListenerIsNotAddedToWhatWasSaidOfControllers() {
        NodeConfig config =
                NodeConfig.parse(
                        Map.of(
                                "process.roles", "broker",
                                "controller.quorum.bootstrap.servers", "10.0.0.1:9093"));

        assertThat(config.controllerListeners()).isEmpty();
        assertThat(NodeConfig.parse(Map.of("controller.quorum.voters", "1@localhost:9093")))
                .extracting(NodeConfig::controllerListeners)
                .isEqualTo(List.of());
    }
}
