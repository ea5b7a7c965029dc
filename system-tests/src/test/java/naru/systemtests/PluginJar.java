package naru.systemtests;

import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.source.SourceConnector;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Makes a plug-in of connectors that are among the tests. */
final class PluginJar {
    private static final String PACKAGE = "naru/systemtests/plugin/";

    private PluginJar() {}

    /** A folder for {@code plugin.path}. */
    static Path in(Path folder) throws IOException {
        Path plugin = Files.createDirectories(folder.resolve("plugins/test"));
        try (OutputStream out = Files.newOutputStream(plugin.resolve("test.jar"));
                JarOutputStream jar = new JarOutputStream(out)) {
            for (String name :
                    new String[] {
                        "CountingSource",
                        "CountingSource$Counting",
                        "FileSink",
                        "FileSink$Appending"
                    }) {
                String entry = PACKAGE + name + ".class";
                try (InputStream bytes =
                        Objects.requireNonNull(
                                PluginJar.class.getClassLoader().getResourceAsStream(entry))) {
                    add(jar, entry, bytes.readAllBytes());
                }
            }
            add(jar, SourceConnector.class.getName(), "naru.systemtests.plugin.CountingSource");
            add(jar, SinkConnector.class.getName(), "naru.systemtests.plugin.FileSink");
        }
        return plugin.getParent();
    }

    private static void add(JarOutputStream jar, String service, String name) throws IOException {
        add(jar, "META-INF/services/" + service, name.getBytes(StandardCharsets.UTF_8));
    }

    private static void add(JarOutputStream jar, String entry, byte[] bytes) throws IOException {
        jar.putNextEntry(new JarEntry(entry));
        jar.write(bytes);
        jar.closeEntry();
    }
}
