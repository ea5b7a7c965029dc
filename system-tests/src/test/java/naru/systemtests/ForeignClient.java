package naru.systemtests;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Clients in other languages. Absent ones are skipped, unless NARU_REQUIRE_CLIENTS=1. */
@SuppressWarnings("ImmutableEnumChecker") // made by List.of
enum ForeignClient {
    KCAT(List.of("kcat"), List.of("kcat", "-V"), true),
    KAFKA_PYTHON(
            List.of("/usr/bin/python3", "kafka_python"),
            List.of("/usr/bin/python3", "-c", "import kafka"),
            false),
    CONFLUENT_PYTHON(
            List.of("/usr/bin/python3", "confluent_python"),
            List.of("/usr/bin/python3", "-c", "import confluent_kafka"),
            true),
    KAFKAJS(List.of("node", "kafkajs"), List.of("node", "-e", "require('kafkajs')"), false),
    /** Confluent's client of the schema registry. */
    SCHEMAREGISTRY(
            List.of("node", "schemaregistry"),
            List.of("node", "-e", "require('@confluentinc/schemaregistry')"),
            false);

    private static final Set<String> PLAIN_CODECS = Set.of("none", "gzip");

    private final List<String> program;
    private final List<String> probe;
    private final boolean allCodecs;

    ForeignClient(List<String> program, List<String> probe, boolean allCodecs) {
        this.program = program;
        this.probe = probe;
        this.allCodecs = allCodecs;
    }

    boolean knows(String codec) {
        return this != SCHEMAREGISTRY && (allCodecs || PLAIN_CODECS.contains(codec));
    }

    boolean isPresent() {
        try {
            return Program.run(inClientsFolder(probe)).exitCode() == 0;
        } catch (java.io.UncheckedIOException e) {
            return false;
        }
    }

    void require() {
        if (!isPresent()) {
            String message = this + " is not installed; .ci/run installs it";
            if ("1".equals(System.getenv("NARU_REQUIRE_CLIENTS"))) {
                fail(message);
            }
            assumeTrue(false, message);
        }
    }

    /** Writes lines of {@code key|value}, where nothing stands for null, to partition 0. */
    void write(String bootstrap, String topic, String codec, String lines) {
        List<String> command =
                this == KCAT
                        ? List.of(
                                "kcat",
                                "-P",
                                "-b",
                                bootstrap,
                                "-t",
                                topic,
                                "-p",
                                "0",
                                "-K",
                                "|",
                                "-Z",
                                "-z",
                                codec,
                                "-H",
                                "client=" + this)
                        : script("exchange", "write", bootstrap, topic, codec, "" + this);
        Program.run(command, lines).succeeded();
    }

    /** Reads so many records from the beginning of partition 0: {@code key|value|client}. */
    List<String> read(String bootstrap, String topic, int count) {
        List<String> command =
                this == KCAT
                        ? List.of(
                                "kcat",
                                "-C",
                                "-q",
                                "-b",
                                bootstrap,
                                "-t",
                                topic,
                                "-p",
                                "0",
                                "-o",
                                "beginning",
                                "-c",
                                "" + count,
                                "-f",
                                "%k|%s|%h\\n")
                        : script("exchange", "read", bootstrap, topic, "" + count);
        return Program.run(command).succeeded().replace("client=", "").lines().toList();
    }

    /** Runs a script of src/test/resources/clients to its end. */
    Program run(String script, String... arguments) {
        return Program.run(script(script, arguments));
    }

    private List<String> script(String script, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(program.getFirst());
        String ending = program.getFirst().equals("node") ? ".js" : ".py";
        command.add(clientsFolder().resolve(program.getLast() + "_" + script + ending).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> inClientsFolder(List<String> command) {
        List<String> all = new ArrayList<>(List.of("env", "-C", clientsFolder().toString()));
        all.addAll(command);
        return all;
    }

    /** In the source tree, because that is where npm puts its modules. */
    private static Path clientsFolder() {
        try {
            Path classes =
                    Path.of(
                            Objects.requireNonNull(ForeignClient.class.getResource("/clients"))
                                    .toURI());
            return classes.resolve("../../../src/test/resources/clients").normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
