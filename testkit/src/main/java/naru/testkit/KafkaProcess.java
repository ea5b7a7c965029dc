package naru.testkit;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An unmodified Apache Kafka from its published jars: broker and controller in one process, or with
 * {@code process.roles=broker} in the properties a broker of a quorum that they name, with Kafka's
 * own default JVM options, a folder of its own, and little logging. Its jars are on the class path
 * of that process only.
 */
public final class KafkaProcess implements BrokerProcess {
    /** Of the cluster that every folder is formatted for. */
    public static final String CLUSTER_ID = "naruTestkitAAAAAAAAAAA";

    private static final Duration READY_BOUND = Duration.ofSeconds(90);
    private static final List<String> DEFAULT_HEAP = List.of("-Xmx1G", "-Xms1G");
    private static final List<String> SMALL_HEAP = List.of("-Xmx512M", "-Xms128M");
    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-server",
                    "-XX:+UseG1GC",
                    "-XX:MaxGCPauseMillis=20",
                    "-XX:InitiatingHeapOccupancyPercent=35",
                    "-XX:+ExplicitGCInvokesConcurrent",
                    "-Djava.awt.headless=true");

    private static final String BROKER = "kafka.Kafka";
    private static final String STORAGE_TOOL = "kafka.tools.StorageTool";

    private final TemporaryFolder folder;
    private final int port;
    private final int controllerPort;
    private final List<String> heap;
    private @Nullable ServerProcess process;

    private KafkaProcess(TemporaryFolder folder, int port, int controllerPort, List<String> heap) {
        this.folder = folder;
        this.heap = heap;
        this.port = port;
        this.controllerPort = controllerPort;
    }

    /** A broker that serves clients, with these properties on top of what a single node needs. */
    public static KafkaProcess start(Map<String, String> properties) {
        KafkaProcess kafka = prepare(properties);
        try {
            kafka.restart();
            return kafka;
        } catch (RuntimeException e) {
            kafka.close();
            throw e;
        }
    }

    /** A broker whose storage is formatted and which is not launched yet. */
    public static KafkaProcess prepare(Map<String, String> properties) {
        return prepare(properties, List.of());
    }

    /** The same, and it also listens here, for example {@code SSL://127.0.0.1:9093}. */
    public static KafkaProcess prepare(Map<String, String> properties, String secondListener) {
        return prepare(properties, List.of(secondListener));
    }

    /** One of several voters that {@code controller.quorum.voters} in the properties names. */
    static KafkaProcess prepareVoter(int controllerPort, Map<String, String> properties) {
        return prepare(FreePorts.find(1).getFirst(), controllerPort, properties, List.of());
    }

    /** The same, where the properties may have listeners of their own besides this port. */
    public static KafkaProcess prepare(int port, Map<String, String> properties) {
        return prepare(port, FreePorts.find(1).getFirst(), properties, List.of());
    }

    private static KafkaProcess prepare(
            Map<String, String> properties, List<String> moreListeners) {
        List<Integer> ports = FreePorts.find(2);
        return prepare(ports.get(0), ports.get(1), properties, moreListeners);
    }

    private static KafkaProcess prepare(
            int port,
            int controllerPort,
            Map<String, String> properties,
            List<String> moreListeners) {
        TemporaryFolder folder = TemporaryFolder.create("kafka-");
        KafkaProcess kafka = new KafkaProcess(folder, port, controllerPort, DEFAULT_HEAP);
        try {
            kafka.writeFiles(properties, moreListeners);
            boolean alone =
                    isController(properties) && !properties.containsKey("controller.quorum.voters");
            kafka.format(alone ? List.of("--standalone") : List.of());
            return kafka;
        } catch (IOException e) {
            kafka.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            kafka.close();
            throw e;
        }
    }

    /**
     * Brokers that are controllers too and form one cluster, with ids from 1 on, whose storage is
     * formatted; not launched yet.
     */
    public static List<KafkaProcess> prepareCluster(int count, Map<String, String> properties) {
        List<Integer> ports = FreePorts.find(2 * count);
        List<String> voters = new ArrayList<>();
        List<String> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String server = "127.0.0.1:" + ports.get(count + i);
            servers.add(server);
            voters.add((i + 1) + "@" + server + ":" + Uuid.randomUuid());
        }
        List<KafkaProcess> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, String> own = new LinkedHashMap<>(properties);
            own.put("node.id", "" + (i + 1));
            own.put("controller.quorum.bootstrap.servers", String.join(",", servers));
            TemporaryFolder folder = TemporaryFolder.create("kafka-");
            KafkaProcess kafka =
                    new KafkaProcess(folder, ports.get(i), ports.get(count + i), SMALL_HEAP);
            nodes.add(kafka);
            try {
                kafka.writeFiles(own, List.of());
                kafka.format(List.of("--initial-controllers", String.join(",", voters)));
            } catch (IOException e) {
                nodes.forEach(KafkaProcess::close);
                throw new UncheckedIOException(e);
            } catch (RuntimeException e) {
                nodes.forEach(KafkaProcess::close);
                throw e;
            }
        }
        return nodes;
    }

    @Override
    public void launch() {
        if (isAlive()) {
            throw new IllegalStateException("Kafka already runs as process " + pid());
        }
        List<String> command = new ArrayList<>(javaCommand(BROKER, JVM_OPTIONS));
        command.addAll(1, heap);
        command.addAll(List.of(BROKER, propertiesFile().toString()));
        process = ServerProcess.start("Kafka", command, folder.path(), Map.of());
    }

    @Override
    public void awaitReady() {
        running().await("answer on port " + port, READY_BOUND, this::answers);
    }

    @Override
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    int controllerPort() {
        return controllerPort;
    }

    /** Its {@code server.properties}. */
    public Path propertiesFile() {
        return folder.path().resolve("server.properties");
    }

    /** What the present or last run printed, oldest first, bounded. */
    public List<String> output() {
        return running().output();
    }

    /** Where its controller is reached, if it has one. */
    public String controller() {
        return "127.0.0.1:" + controllerPort;
    }

    /** Where its partitions' folders stand. */
    public Path dataFolder() {
        return folder.path().resolve("data");
    }

    @Override
    public long pid() {
        return running().pid();
    }

    @Override
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public double cpuSeconds() {
        return ProcessFigures.cpuSeconds(pid());
    }

    @Override
    public long rssBytes() {
        return ProcessFigures.rssBytes(pid());
    }

    @Override
    public int threads() {
        return ProcessFigures.threads(pid());
    }

    @Override
    public void kill() {
        running().kill();
    }

    @Override
    public int stop() {
        return running().stop();
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
        folder.close();
    }

    private ServerProcess running() {
        if (process == null) {
            throw new IllegalStateException("Kafka has not been launched");
        }
        return process;
    }

    private static boolean isController(Map<String, String> properties) {
        return properties.getOrDefault("process.roles", "controller").contains("controller");
    }

    private void writeFiles(Map<String, String> properties, List<String> moreListeners)
            throws IOException {
        String forClients =
                String.join(
                        ",",
                        Stream.concat(
                                        Stream.of("PLAINTEXT://" + bootstrap()),
                                        moreListeners.stream())
                                .toList());
        Map<String, String> all = new LinkedHashMap<>();
        all.put("process.roles", "broker,controller");
        all.put("node.id", "1");
        all.put(
                "listeners",
                forClients + (isController(properties) ? ",CONTROLLER://" + controller() : ""));
        all.put("advertised.listeners", forClients);
        all.put(
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT");
        all.put("controller.listener.names", "CONTROLLER");
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put("controller.quorum.bootstrap.servers", controller());
        all.put("log.dirs", dataFolder().toString());
        all.put("offsets.topic.replication.factor", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.put("share.coordinator.state.topic.replication.factor", "1");
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.putAll(properties);
        List<String> lines = new ArrayList<>();
        all.forEach((key, value) -> lines.add(key + "=" + value));
        Files.write(propertiesFile(), lines);
        Files.writeString(
                loggingFile(),
                """
                handlers=java.util.logging.ConsoleHandler
                .level=WARNING
                java.util.logging.ConsoleHandler.level=WARNING
                """);
    }

    private void format(List<String> voters) {
        List<String> command =
                new ArrayList<>(
                        javaCommand(
                                STORAGE_TOOL,
                                List.of(
                                        "-Xmx128m",
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1")));
        command.addAll(
                List.of(
                        STORAGE_TOOL,
                        "format",
                        "--cluster-id",
                        CLUSTER_ID,
                        "--config",
                        propertiesFile().toString()));
        command.addAll(voters);
        ServerProcess tool =
                ServerProcess.start("Kafka's storage tool", command, folder.path(), Map.of());
        int exitCode = tool.awaitExit();
        if (exitCode != 0) {
            throw new IllegalStateException(
                    "Kafka's storage tool ended with "
                            + exitCode
                            + ":\n"
                            + String.join("\n", tool.output()));
        }
    }

    private List<String> javaCommand(String program, List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(quickStart(program));
        command.add("-Djava.util.logging.config.file=" + loggingFile());
        command.add("-cp");
        command.add(classPath());
        return command;
    }

    /**
     * Where tests name a folder for it, Kafka keeps its loaded classes there and compiles in haste:
     * a third of the CPU at the start. Benchmarks do not.
     */
    private static List<String> quickStart(String program) {
        @Nullable String archive = System.getProperty("naru.kafka.archive");
        return archive == null
                ? List.of()
                : List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+AutoCreateSharedArchive",
                        "-XX:SharedArchiveFile=" + archive + "/" + program + ".jsa",
                        "-Xshare:auto",
                        "-Xlog:cds=off,cds+dynamic=off");
    }

    private Path loggingFile() {
        return folder.path().resolve("logging.properties");
    }

    /** Written by the build, because no module of ours has these jars on its own class path. */
    private static String classPath() {
        try (InputStream resource = KafkaProcess.class.getResourceAsStream("kafka.classpath")) {
            if (resource == null) {
                throw new IllegalStateException(
                        "kafka.classpath is missing: build the testkit with Maven");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether an ApiVersions request of version 0 is answered. */
    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            socket.setSoTimeout(2_000);
            ByteBuffer request = ByteBuffer.allocate(14);
            request.putInt(10)
                    .putShort((short) 18)
                    .putShort((short) 0)
                    .putInt(1)
                    .putShort((short) -1);
            socket.getOutputStream().write(request.array());
            return new DataInputStream(socket.getInputStream()).readInt() > 0;
        } catch (IOException e) {
            return false;
        }
    }
}
