package naru.broker.config;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

class ConfigValidatorTest {
    private final NodeConfig node = NodeConfig.parse(Map.of());
    private final ConfigValidator validator = new ConfigValidator(() -> node);

    private void validate(ConfigResource.Type type, String name, Map<String, String> wanted) {
        validator.validate(new ConfigResource(type, name), wanted, Map.of());
    }

    /** Sentences as Apache Kafka 4.3.1 answers them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retention.msx|1|Unknown topic config name: retention.msx",
                "retention.ms|abc|Invalid value abc for configuration retention.ms: Not a number of"
                        + " type LONG",
                "retention.ms|-2|Invalid value -2 for configuration retention.ms: Value must be at"
                        + " least -1",
                "cleanup.policy|foo|Invalid value foo for configuration cleanup.policy: String must"
                        + " be one of: compact, delete",
                "min.insync.replicas|0|Invalid value 0 for configuration min.insync.replicas: Value"
                        + " must be at least 1",
                "remote.storage.enable|true|Tiered Storage functionality is disabled in the broker."
                        + " Topic cannot be configured with remote log storage.",
                "naru.ack|never|Invalid value never for configuration naru.ack: String must be one"
                        + " of: page-cache, fsync",
            })
    void badTopicSettingIsRefusedWithKafkasSentence(String key, String value, String sentence) {
        assertThatThrownBy(() -> validate(ConfigResource.Type.TOPIC, "t", Map.of(key, value)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage(sentence);
    }

    @Test
    void compactionLagsMustFitTogether() {
        assertThatThrownBy(() ->
                        validate(
                                ConfigResource.Type.TOPIC,
                                "t",
                                Map.of(
                                        "min.compaction.lag.ms",
                                        "10",
                                        "max.compaction.lag.ms",
                                        "5")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage(
                        "conflict topic config setting min.compaction.lag.ms (10) >"
                                + " max.compaction.lag.ms (5)");
    }

    @Test
    void ackIsASettingOfATopic() {
        assertThatCode(() ->
                        validate(
                                ConfigResource.Type.TOPIC,
                                "t",
                                Map.of("naru.ack", "fsync", "retention.ms", "5")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1|node.id|4|Cannot update these configs dynamically: [node.id]",
                "1|log.retention.hours|4|Cannot update these configs dynamically:"
                        + " [log.retention.hours]",
                "''|sasl.jaas.config|x|Cannot update these configs at default cluster level, broker"
                        + " id must be specified: [sasl.jaas.config]",
                "''|ssl.keystore.location|x|These security configs can be dynamically updated only"
                        + " per-listener using the listener prefix: [ssl.keystore.location]",
                "1|log.retention.ms|abc|Invalid value abc for configuration log.retention.ms: Not a"
                        + " number of type LONG",
                "1|max.connections|-1|Invalid value -1 for configuration max.connections: Value"
                        + " must be at least 0",
                "1|listeners|PLAINTEXT://:1|Cannot update these configs dynamically: [listeners]",
                "1|metric.reporters|java.lang.String|metric.reporters: no classes named in settings"
                        + " are loaded; remove it",
                "1|no.such|4|Unknown broker configs: [no.such]",
                "x|log.retention.ms|4|Unable to parse broker name as a base 10 number: x",
            })
    void badBrokerSettingIsRefused(String broker, String key, String value, String sentence) {
        assertThatThrownBy(() -> validate(ConfigResource.Type.BROKER, broker, Map.of(key, value)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(sentence);
    }

    @ParameterizedTest
    @CsvSource({
        "1,log.retention.ms,5",
        "'',message.max.bytes,2000000",
        "1,listener.name.plaintext.max.connections,50",
        "1,leader.replication.throttled.rate,100",
        "1,sasl.kerberos.min.time.before.relogin,58000",
        "'',naru.ack,fsync"
    })
    void dynamicBrokerSettingIsTaken(String broker, String key, String value) {
        assertThatCode(() -> validate(ConfigResource.Type.BROKER, broker, Map.of(key, value)))
                .doesNotThrowAnyException();
    }

    @Test
    void nodeIsAskedWhetherItCanGoOnSo() {
        ConfigValidator asking =
                new ConfigValidator(
                        () -> node,
                        (changed, proposed) -> changed + " " + proposed.value("log.retention.ms"));
        ConfigResource own = new ConfigResource(ConfigResource.Type.BROKER, "1");
        Map<String, String> before = Map.of("num.io.threads", "5", "background.threads", "5");
        Map<String, String> wanted = Map.of("num.io.threads", "5", "log.retention.ms", "77");

        assertThatThrownBy(() -> asking.validate(own, wanted, before))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("[background.threads, log.retention.ms] 77");
        assertThatCode(() ->
                        asking.validate(
                                new ConfigResource(ConfigResource.Type.BROKER, "2"),
                                wanted,
                                before))
                .as("another node judges its own")
                .doesNotThrowAnyException();
    }

    @Test
    void settingThatIsAlreadyThereDoesNotBlockOthers() {
        assertThatCode(() ->
                        validator.validate(
                                new ConfigResource(ConfigResource.Type.BROKER, "1"),
                                Map.of("no.such", "4", "log.retention.ms", "5"),
                                Map.of("no.such", "4")))
                .doesNotThrowAnyException();
    }

    @Test
    void groupSettingIsHeldAgainstTheNodesLimits() {
        assertThatThrownBy(() ->
                        validate(
                                ConfigResource.Type.GROUP,
                                "g",
                                Map.of("consumer.session.timeout.ms", "1")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage(
                        "consumer.session.timeout.ms must be greater than or equal to"
                                + " group.consumer.min.session.timeout.ms");
        assertThatThrownBy(() -> validate(ConfigResource.Type.GROUP, "g", Map.of("x", "1")))
                .hasMessage("Unknown group config name: x");
        assertThatThrownBy(() -> validate(ConfigResource.Type.GROUP, "", Map.of()))
                .isInstanceOf(InvalidRequestException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "interval.ms,1,'Invalid value 1 for interval.ms, interval must be between 100 and 3600000"
                + " (1 hour)'",
        "match,foo=bar,Illegal client matching pattern: foo=bar",
        "match,client_id=(,Illegal client matching pattern: client_id=(",
        "xx,1,Unknown client metrics configuration: xx"
    })
    void badClientMetricsSettingIsRefused(String key, String value, String sentence) {
        assertThatThrownBy(
                        () -> validate(ConfigResource.Type.CLIENT_METRICS, "c", Map.of(key, value)))
                .hasMessage(sentence);
    }
}
