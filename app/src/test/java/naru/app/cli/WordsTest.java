package naru.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/** What people write in options, and what failures are told as. */
class WordsTest {
    private static final Clock NOON =
            Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneId.of("Asia/Seoul"));

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T02:39:54Z, 2026-11-21T02:39:54Z",
        "2026-11-21T02:39:54.5+09:00, 2026-11-20T17:39:54.5Z",
        "2026-11-21T09:30, 2026-11-21T00:30:00Z",
        "2026-11-21, 2026-11-20T15:00:00Z",
        "15m, 2026-11-21T11:45:00Z",
        "-2h, 2026-11-21T10:00:00Z",
        "3d, 2026-11-18T12:00:00Z",
        "1795232138557, 2026-11-21T03:35:38.557Z"
    })
    void momentsAreReadInEveryForm(String text, Instant expected) {
        assertThat(Moment.parseMillis(text, NOON)).isEqualTo(expected.toEpochMilli());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "12", "2026-13-01", "2026-11-21T99:00"})
    void whatIsNoMomentIsToldWithTheForms(String text) {
        assertThatThrownBy(() -> Moment.parseMillis(text, NOON))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("15m");
    }

    @ParameterizedTest
    @CsvSource({
        "orders*, orders-eu, true",
        "*, anything, true",
        "o?ders, orders, true",
        "orders, orders2, false",
        "*a*b*, xxaxxbxx, true",
        "*a*b, xxaxxbxx, false",
        "o.ders, orders, false"
    })
    void globsMatchAsInShells(String pattern, String name, boolean expected) {
        assertThat(Glob.matches(pattern, name)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, localhost:9092",
        "localhost:1234, localhost:1234",
        "'a,b:7', 'a:9092,b:7'",
        "[::1]:7, [::1]:7",
        "[::1], [::1]:9092"
    })
    void serversWithoutPortGetKafkas(String given, String expected) {
        assertThat(Connection.withPorts(given)).isEqualTo(expected);
    }

    @Test
    void escapesAreResolved() {
        assertThat(Escapes.resolve("a\\tb\\\\n\\x")).isEqualTo("a\tb\\n\\x");
    }

    @Test
    void failuresAreToldInSentences() {
        assertThat(KafkaFailure.explain(new ExecutionException(new GroupNotEmptyException("x"))))
                .contains("has members");
        assertThat(KafkaFailure.explain(new UnknownTopicOrPartitionException("x")))
                .contains("naru topics list");
        assertThat(KafkaFailure.explain(new TopicAuthorizationException(Set.of("orders"))))
                .isEqualTo("not authorized for topic orders");
        assertThat(KafkaFailure.explain(new InvalidConfigurationException("Bad value.")))
                .isEqualTo("Bad value");
        assertThat(KafkaFailure.explain(new TimeoutException("Call(x) timed out.")))
                .contains("--command-config");
        assertThat(
                        KafkaFailure.explain(
                                new KafkaException(
                                        "Failed to create", new ConfigException("acks is bad"))))
                .isEqualTo("bad configuration: acks is bad");
        assertThat(KafkaFailure.explain(new IllegalStateException())).isNotBlank();
    }
}
