package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.testkit.NaruProcess;
import naru.testkit.RepositoryRoot;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A node that decides by rules, in a process of its own. Its clients, who do not log in, are
 * User:ANONYMOUS: first a super user, and after a restart held to what the rules say.
 */
class AuthorizationIT {
    private static final String AUTHORIZER =
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
    private static final String ACLS = "org.apache.kafka.tools.AclCommand";
    private static final AclBinding WRITE_OPEN =
            new AclBinding(
                    new ResourcePattern(ResourceType.TOPIC, "open", PatternType.LITERAL),
                    new AccessControlEntry(
                            "User:ANONYMOUS", "*", AclOperation.WRITE, AclPermissionType.ALLOW));

    @TempDir Path folder;

    private NaruProcess node(String superUser) {
        NaruProcess node =
                NaruProcess.on(
                        folder.resolve("data"),
                        Map.of(
                                "authorizer.class.name",
                                AUTHORIZER,
                                "super.users",
                                "User:" + superUser,
                                "naru.audit.log",
                                auditLog().toString()),
                        Map.of());
        node.restart();
        return node;
    }

    private Path auditLog() {
        return folder.resolve("audit.log");
    }

    @Test
    void rulesDecideAtOnceAndNothingElseIsAllowed() throws Exception {
        assumeTrue(Target.chosen() == Target.NARU);
        try (NaruProcess node = node("ANONYMOUS")) {
            prepare(node);
        }
        try (NaruProcess node = node("admin")) {
            JavaClients clients = new JavaClients(node.bootstrap());
            try (Admin admin = clients.admin();
                    Producer<String, String> producer =
                            clients.producer("enable.idempotence", "false", "retries", "0")) {
                onlyWhatIsAllowedIsSeen(admin);
                rulesHoldOnOpenConnections(admin, producer);
            }
            removedByTheTool(node);
            told(node);
        }
        written();
    }

    /** The tools of Kafka and of Naru make rules. */
    private static void prepare(NaruProcess node) {
        JavaClients clients = new JavaClients(node.bootstrap());
        clients.createTopic("open", 1);
        clients.createTopic("secret", 1);
        clients.sendNumbers("open", 3);
        acls(node, "--add", "--allow-principal", "User:ANONYMOUS", "--consumer", "--topic", "open")
                .contains("Adding ACLs");
        naru(node, "acls", "add", "-p", "ANONYMOUS", "--cluster", "-a", "alter");
        naru(
                node,
                "acls",
                "add",
                "-p",
                "ANONYMOUS",
                "--deny",
                "-t",
                "sec",
                "--prefix",
                "-a",
                "all");
        assertThat(naru(node, "acls", "list", "-o", "json"))
                .contains("\"operation\" : \"alter\"", "\"resource\" : \"open\"");
    }

    private static AbstractStringAssert<?> acls(NaruProcess node, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", node.bootstrap()));
        all.addAll(List.of(arguments));
        if (all.contains("--consumer")) {
            all.addAll(List.of("--group", "*"));
        }
        return assertThat(KafkaTools.run(ACLS, "", all.toArray(String[]::new)));
    }

    private static String naru(NaruProcess node, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(RepositoryRoot.find().resolve("naru").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--bootstrap", node.bootstrap()));
        Program program = Program.run(command);
        return program.output() + program.errors() + "exit code " + program.exitCode();
    }

    private static void onlyWhatIsAllowedIsSeen(Admin admin) throws Exception {
        assertThat(admin.listTopics().names().get()).containsExactly("open");
        for (String hidden : List.of("secret", "nowhere")) {
            assertThatThrownBy(() -> admin.describeTopics(List.of(hidden)).allTopicNames().get())
                    .as(hidden)
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
        assertThatThrownBy(() -> admin.deleteTopics(List.of("open")).all().get())
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() ->
                        admin.createPartitions(Map.of("open", NewPartitions.increaseTo(2)))
                                .all()
                                .get())
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> admin.listConfigResources().all().get())
                .hasCauseInstanceOf(ClusterAuthorizationException.class);
    }

    private static void rulesHoldOnOpenConnections(Admin admin, Producer<String, String> producer)
            throws Exception {
        assertThatThrownBy(() -> send(producer))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        admin.createAcls(List.of(WRITE_OPEN)).all().get();
        send(producer);
        admin.deleteAcls(List.of(WRITE_OPEN.toFilter())).all().get();
        assertThatThrownBy(() -> send(producer))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
    }

    private static void send(Producer<String, String> producer) throws Exception {
        producer.send(new ProducerRecord<>("open", "value")).get();
    }

    private static void removedByTheTool(NaruProcess node) {
        acls(node, "--list", "--topic", "open").contains("operation=READ");
        acls(
                        node,
                        "--remove",
                        "--force",
                        "--allow-principal",
                        "User:ANONYMOUS",
                        "--operation",
                        "Read",
                        "--topic",
                        "open")
                .doesNotContain("operation=READ, permissionType=ALLOW");
    }

    private static void told(NaruProcess node) {
        assertThat(naru(node, "acls", "check", "-p", "ANONYMOUS", "-a", "read", "-t", "open"))
                .contains("denied: no rule allows it")
                .endsWith("exit code 1");
        assertThat(naru(node, "acls", "check", "-p", "ANONYMOUS", "-a", "read", "-t", "secrets"))
                .contains("denied: User:ANONYMOUS may not all topic sec...");
    }

    private void written() throws IOException {
        assertThat(Files.readAllLines(auditLog()))
                .allMatch(line -> line.startsWith("{\"time\":\"") && line.endsWith("}"))
                .anyMatch(line ->
                        line.contains("\"outcome\":\"denied\"")
                                && line.contains("\"principal\":\"User:ANONYMOUS\"")
                                && line.contains("\"operation\":\"WRITE\"")
                                && line.contains("\"resource\":\"open\""))
                .anyMatch(line ->
                        line.contains("\"outcome\":\"allowed\"")
                                && line.contains("\"api\":\"CreateAcls\""));
    }
}
