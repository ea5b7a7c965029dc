package naru.systemtests;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of a foreign program to its end. */
record Program(int exitCode, String output, String errors) {
    private static final Duration BOUND = Duration.ofMinutes(2);

    static Program run(List<String> command) {
        return run(command, "");
    }

    /** Runs with this text as its standard input; a program that does not end is killed. */
    static Program run(List<String> command, String input) {
        try {
            Path output = Files.createTempFile("naru-program", ".out");
            Path errors = Files.createTempFile("naru-program", ".err");
            try {
                int exitCode = finish(command, input, output, errors);
                return new Program(exitCode, Files.readString(output), Files.readString(errors));
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The output of a run that must end well. */
    String succeeded() {
        if (exitCode != 0) {
            throw new AssertionError("exit code " + exitCode + "\n" + output + "\n" + errors);
        }
        return output;
    }

    private static int finish(List<String> command, String input, Path output, Path errors)
            throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        try {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading; its exit code and output say why.
            }
            if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(
                        command
                                + " did not end\n"
                                + Files.readString(output)
                                + "\n"
                                + Files.readString(errors));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
