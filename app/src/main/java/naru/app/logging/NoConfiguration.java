package naru.app.logging;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * Keeps java.util.logging from reading the JDK's own {@code logging.properties}: it makes an
 * instance of the class that the property {@code java.util.logging.config.class} names, instead.
 */
public final class NoConfiguration {
    public NoConfiguration() throws IOException {
        LogManager.getLogManager()
                .readConfiguration(
                        new ByteArrayInputStream(
                                ".level=OFF\n".getBytes(StandardCharsets.US_ASCII)));
    }
}
