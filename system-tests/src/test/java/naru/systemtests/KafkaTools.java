package naru.systemtests;

import naru.testkit.KafkaProcess;

import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Kafka's own command-line tools, all in one process of their own.
 *
 * <p>Threads: one run at a time. The process lives until this JVM ends.
 */
final class KafkaTools {
    private static @Nullable KafkaTools shared;

    private static final long MOST_SECONDS = 120;

    private final Process process;
    private final DataOutputStream orders;
    private final DataInputStream answers;

    private KafkaTools(Process process) {
        this.process = process;
        this.orders = new DataOutputStream(process.getOutputStream());
        this.answers = new DataInputStream(process.getInputStream());
    }

    /** What a tool printed that must end well. */
    static String run(String tool, String input, String... arguments) {
        Program run = end(tool, input, arguments);
        if (run.exitCode() != 0) {
            throw new AssertionError(
                    tool
                            + " "
                            + List.of(arguments)
                            + " ended with "
                            + run.exitCode()
                            + "\n"
                            + run.output());
        }
        return run.output();
    }

    /** The end of a tool, good or bad; what it wrote as errors stands in its output. */
    static synchronized Program end(String tool, String input, String... arguments) {
        try {
            KafkaTools tools = shared;
            if (tools == null) {
                tools = start();
                shared = tools;
            }
            return tools.runBounded(tool, input, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tool that does not end is killed with the others, and its run fails. */
    private Program runBounded(String tool, String input, String... arguments) throws IOException {
        CompletableFuture<Void> guard =
                CompletableFuture.runAsync(
                        process::destroyForcibly,
                        CompletableFuture.delayedExecutor(MOST_SECONDS, TimeUnit.SECONDS));
        try {
            orders.writeUTF(tool);
            orders.writeUTF(input);
            orders.writeInt(arguments.length);
            for (String argument : arguments) {
                orders.writeUTF(argument);
            }
            orders.flush();
            int exitCode = answers.readInt();
            byte[] printed = answers.readNBytes(answers.readInt());
            return new Program(exitCode, new String(printed, StandardCharsets.UTF_8), "");
        } catch (IOException gone) {
            throw new IOException(tool + " did not end, or ended the process", gone);
        } finally {
            guard.cancel(false);
        }
    }

    private static KafkaTools start() throws IOException {
        List<String> command = command(KafkaToolRuns.class.getName());
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new KafkaTools(process);
    }

    /** The command that runs a class of the tests or of Kafka, to which arguments may be added. */
    static List<String> command(String name) {
        return new ArrayList<>(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath(),
                        name));
    }

    /** The tools are on the class path of the tests, what some of them need on Kafka's own. */
    private static String classPath() {
        try (InputStream resource = KafkaProcess.class.getResourceAsStream("kafka.classpath")) {
            byte[] kafka = Objects.requireNonNull(resource).readAllBytes();
            return System.getProperty("java.class.path")
                    + File.pathSeparator
                    + new String(kafka, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
