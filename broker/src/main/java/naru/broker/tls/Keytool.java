package naru.broker.tls;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The JDK's {@code keytool}, as a process of its own; passwords go through its environment. */
final class Keytool {
    /** What kind of key is made. */
    static final List<String> ELLIPTIC = List.of("-keyalg", "EC", "-groupname", "secp256r1");

    private static final String PASSWORD_VARIABLE = "NARU_KEYTOOL_PASSWORD";
    private static final long MOST_SECONDS = 60;

    private Keytool() {}

    /**
     * Runs it on a PKCS12 file.
     *
     * @param input is read by it; at most some kilobytes
     * @return what it wrote
     */
    static String run(Path keystore, String password, List<String> arguments, String input)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(arguments);
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", keystore.toString()));
        command.addAll(List.of("-storepass:env", PASSWORD_VARIABLE));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(PASSWORD_VARIABLE, password);
        Process process = builder.start();
        try (OutputStream out = process.getOutputStream()) {
            out.write(input.getBytes(StandardCharsets.US_ASCII));
        }
        String told =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("keytool could not make a certificate: " + told);
            }
            return told;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IOException("interrupted while keytool made a certificate", e);
        }
    }
}
