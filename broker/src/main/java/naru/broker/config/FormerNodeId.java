package naru.broker.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** Whose a data folder is, of Naru or of Apache Kafka, so that nobody has to say it again. */
public final class FormerNodeId {
    private FormerNodeId() {}

    /** The node that the folder belongs to; the other one when it is new or does not say. */
    public static String in(String folder, String otherwise) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(folder, "meta.properties"))) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            return otherwise;
        }
        return properties.getProperty(MetadataSettings.NODE_ID, otherwise).strip();
    }
}
