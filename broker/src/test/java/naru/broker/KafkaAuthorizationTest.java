package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.broker.config.NodeConfig;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Sends the requests of {@link MatrixTable} with the same rules to Naru and to an Apache Kafka, and
 * compares the errors. Run by hand: {@code dev/kafka-with-rules PORT} starts the Kafka, {@code
 * -Dnaru.kafka.port=PORT} names it, {@code -Dnaru.kafka.report=FILE} has all differences written.
 */
class KafkaAuthorizationTest {
    private static final Set<ApiKeys> OF_LOGINS =
            EnumSet.of(ApiKeys.SASL_HANDSHAKE, ApiKeys.SASL_AUTHENTICATE);

    private static final Set<String> REFUSALS =
            Set.of(
                    "TOPIC_AUTHORIZATION_FAILED",
                    "GROUP_AUTHORIZATION_FAILED",
                    "CLUSTER_AUTHORIZATION_FAILED",
                    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED");

    /** Why other errors than Kafka's are right here is told in docs/design/authorization.md. */
    private static final Set<String> JUSTIFIED =
            Set.of(
                    "METADATA (creates)",
                    "SYNC_GROUP",
                    "OFFSET_DELETE",
                    "SHARE_FETCH",
                    "DESCRIBE_SHARE_GROUP_OFFSETS",
                    "ALTER_SHARE_GROUP_OFFSETS",
                    "DELETE_SHARE_GROUP_OFFSETS",
                    "WRITE_TXN_MARKERS",
                    "DELETE_TOPICS");

    /** What is granted while a request is sent, and whether it is about what is there. */
    private record Case(MatrixRow row, String granted, List<AclBinding> rules, Names names) {}

    private final List<String> differences = new ArrayList<>();
    private final List<String> unjustified = new ArrayList<>();
    private final List<String> grantedTooMuch = new ArrayList<>();
    private int compared;

    @Test
    void errorsAreThoseOfKafka(@TempDir Path folder) throws Exception {
        Integer port = Integer.getInteger("naru.kafka.port");
        assumeTrue(port != null, "-Dnaru.kafka.port names no Kafka");
        try (Node node = start(folder);
                RuledBroker naru = new RuledBroker(Peer.portOf(node));
                RuledBroker kafka = new RuledBroker(port)) {
            naru.prepare();
            kafka.prepare();
            for (MatrixRow row : rows()) {
                List<Case> ofNaru = cases(row, naru.present());
                List<Case> ofKafka = cases(row, kafka.present());
                for (int i = 0; i < ofNaru.size(); i++) {
                    compare(naru, ofNaru.get(i), kafka, ofKafka.get(i));
                }
            }
        }
        String report = System.getProperty("naru.kafka.report");
        if (report != null) {
            Files.write(Path.of(report), differences);
        }
        assertThat(grantedTooMuch).as("refused by Kafka alone").isEmpty();
        assertThat(unjustified).as("of %d comparisons", compared).isEmpty();
    }

    private static Node start(Path folder) throws StartException {
        Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", folder.toString());
        settings.put("listeners", "SASL_PLAINTEXT://127.0.0.1:0");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " user_admin=\"admin-secret\" user_alice=\"alice-secret\";");
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:admin;User:ANONYMOUS");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        return Node.start(
                NodeConfig.parse(settings),
                (message, cause) -> {
                    throw new AssertionError(message, cause);
                });
    }

    /** What controllers serve is not asked of a client's listener. */
    private static List<MatrixRow> rows() {
        return AuthorizationMatrixTest.rows()
                .filter(row -> !row.what().endsWith("(controller)"))
                .filter(row -> !OF_LOGINS.contains(row.api()))
                .toList();
    }

    private static List<Case> cases(MatrixRow row, Names present) {
        Names there = row.names().apply(present);
        Names nowhere =
                row.names()
                        .apply(
                                new Names(
                                        "nowhere_topic",
                                        present.topicId(),
                                        "nowhere-group",
                                        "nowhere-id",
                                        present.tokenId()));
        Map<String, Set<Needed>> grants = new LinkedHashMap<>();
        grants.put("nothing", Set.of());
        for (Set<Needed> way : row.needed()) {
            for (Needed without : way) {
                grants.put(
                        way + " without " + without,
                        Set.copyOf(way.stream().filter(each -> each != without).toList()));
                for (AclOperation operation : AclOperation.values()) {
                    if (!operation.isUnknown() && operation != AclOperation.ANY) {
                        Needed one = new Needed(without.type(), operation);
                        grants.put(one.toString(), Set.of(one));
                    }
                }
            }
        }
        row.needed().forEach(way -> grants.put(way.toString(), way));
        List<Case> cases = new ArrayList<>();
        grants.forEach((granted, rights) -> {
            for (Names names : List.of(there, nowhere)) {
                List<AclBinding> rules =
                        rights.stream()
                                .map(each ->
                                        each.rule(
                                                RuledBroker.ALICE, names, AclPermissionType.ALLOW))
                                .toList();
                cases.add(
                        new Case(
                                row,
                                granted + (names == there ? "" : ", of what is not there"),
                                rules,
                                names));
            }
        });
        return cases;
    }

    private void compare(RuledBroker naru, Case ofNaru, RuledBroker kafka, Case ofKafka)
            throws IOException {
        compared++;
        String ours = outcome(naru, ofNaru);
        String theirs = outcome(kafka, ofKafka);
        if (!ours.equals(theirs)) {
            String difference =
                    "%s with %s: Kafka %s, Naru %s"
                            .formatted(ofNaru.row, ofNaru.granted, theirs, ours);
            differences.add(difference);
            if (!JUSTIFIED.contains(ofNaru.row.what())) {
                unjustified.add(difference);
            }
            if (isRefused(theirs) && !isRefused(ours)) {
                grantedTooMuch.add(difference);
            }
        }
    }

    private static boolean isRefused(String outcome) {
        return REFUSALS.stream().anyMatch(outcome::contains);
    }

    private static String outcome(RuledBroker broker, Case asked) throws IOException {
        broker.grant(asked.rules);
        String answer =
                broker.answer(
                        asked.row.api(),
                        asked.row.version(),
                        asked.row.request().apply(asked.names));
        Stream<String> errors = RuledBroker.errors(answer);
        String listed =
                asked.row.listed() == null
                        ? ""
                        : answer.contains(asked.row.listed().apply(asked.names))
                                ? " listed"
                                : " not listed";
        return answer.equals("ended") ? answer : errors.map(RuledBroker::name).toList() + listed;
    }
}
