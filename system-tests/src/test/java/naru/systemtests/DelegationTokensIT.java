package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.testkit.FreePorts;
import naru.testkit.NaruProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Delegation tokens with Kafka's tool and Kafka's client. */
@Timeout(120)
class DelegationTokensIT {
    private static final String SECRET = "what-signs-all-tokens";
    private static final Pattern TOKEN = Pattern.compile("(\\S{22})\\s+(\\S{88})\\s+User:anna");

    @TempDir Path folder;
    private String bootstrap = "";

    @Test
    void toolMakesRenewsListsAndEndsATokenAndItsHolderIsTheOwner() throws Exception {
        assumeTrue(Target.chosen() == Target.NARU);
        int port = FreePorts.find(1).getFirst();
        bootstrap = "127.0.0.1:" + port;
        Path audit = folder.resolve("audit.log");
        Map<String, String> settings = new HashMap<>();
        settings.put("listeners", "SASL_PLAINTEXT://" + bootstrap);
        settings.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512");
        settings.put(
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " user_anna=\"anna-secret\";");
        settings.put("delegation.token.secret.key", SECRET);
        settings.put("naru.audit.log", audit.toString());
        try (NaruProcess naru = NaruProcess.start(settings)) {
            String made =
                    tool(
                            "--create",
                            "--max-life-time-period",
                            "-1",
                            "--renewer-principal",
                            "User:bob");
            Matcher token = TOKEN.matcher(made);
            assertThat(token.find()).as(made).isTrue();
            String id = token.group(1);
            String proof = token.group(2);

            assertThat(tool("--describe", "--owner-principal", "User:anna"))
                    .contains(id, "User:bob");
            assertThat(tool("--renew", "--renew-time-period", "3600000", "--hmac", proof))
                    .contains("Completed renew operation");
            try (Admin holder = Admin.create(byToken(id, proof))) {
                holder.createTopics(List.of(new NewTopic("by-token", 1, (short) 1))).all().get();
            }
            assertThat(tool("--expire", "--expiry-time-period", "-1", "--hmac", proof))
                    .contains("Completed expire operation");
            assertThat(tool("--describe")).doesNotContain(id);
            assertThat(String.join("\n", naru.output())).doesNotContain(SECRET, proof);
            assertThat(naru.stop()).isZero();
            told(audit, id, proof);
        }
    }

    private static void told(Path audit, String id, String proof) throws IOException {
        assertThat(Files.readAllLines(audit))
                .noneMatch(line -> line.contains(proof))
                .anyMatch(line -> isTold(line, "CreateDelegationToken", "User:anna"))
                .anyMatch(line -> isTold(line, "RenewDelegationToken", id))
                .anyMatch(line -> isTold(line, "ExpireDelegationToken", id))
                .anyMatch(line -> isTold(line, "CreateTopics", "kafka-cluster"));
    }

    private static boolean isTold(String line, String api, String resource) {
        return line.contains("\"principal\":\"User:anna\"")
                && line.contains("\"api\":\"" + api + "\"")
                && line.contains("\"resource\":\"" + resource + "\"");
    }

    private Map<String, Object> byToken(String id, String proof) {
        return Map.of(
                "bootstrap.servers",
                bootstrap,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "SCRAM-SHA-512",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required"
                        + " username=\"%s\" password=\"%s\" tokenauth=\"true\";"
                                .formatted(id, proof));
    }

    private String tool(String... arguments) throws IOException {
        Path login = folder.resolve("anna.properties");
        Files.writeString(
                login,
                """
                security.protocol=SASL_PLAINTEXT
                sasl.mechanism=PLAIN
                sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
                username="anna" password="anna-secret";
                """);
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--bootstrap-server",
                                bootstrap,
                                "--command-config",
                                login.toString()));
        all.addAll(List.of(arguments));
        return KafkaTools.run(
                "org.apache.kafka.tools.DelegationTokenCommand", "", all.toArray(String[]::new));
    }
}
