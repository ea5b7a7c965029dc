package naru.testkit.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One short command of the system, run to its end. */
record ShellCommand(List<String> words, int exitCode, String output) {
    static ShellCommand run(String... words) {
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new ShellCommand(List.of(words), process.waitFor(), output.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Runs it and fails unless it does what it is asked for. */
    static ShellCommand require(String... words) {
        ShellCommand command = run(words);
        if (command.exitCode != 0) {
            throw new IllegalStateException(
                    String.join(" ", words)
                            + " ended with "
                            + command.exitCode
                            + ": "
                            + command.output);
        }
        return command;
    }
}
