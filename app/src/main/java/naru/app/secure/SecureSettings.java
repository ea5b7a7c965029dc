package naru.app.secure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The settings of a node that is started with {@code --secure}; what is set already stays. */
public final class SecureSettings {
    private static final String LISTENERS = "listeners";
    private static final String PROTOCOL = "SASL_SSL";

    private final Map<String, String> settings;

    /**
     * @param settings are added to
     */
    public SecureSettings(Map<String, String> settings) {
        this.settings = settings;
    }

    /** What is wrong with the listeners that were set, or an empty text. */
    public String problem() {
        Map<String, String> protocols = new HashMap<>();
        for (String entry :
                settings.getOrDefault("listener.security.protocol.map", "").split(",", -1)) {
            String[] parts = entry.split(":", 2);
            if (parts.length == 2) {
                protocols.put(upper(parts[0]), upper(parts[1]));
            }
        }
        for (String listener : settings.getOrDefault(LISTENERS, "").split(",", -1)) {
            int end = listener.indexOf("://");
            String name = end < 0 ? "" : upper(listener.substring(0, end));
            if (end >= 0 && !protocols.getOrDefault(name, name).equals(PROTOCOL)) {
                return "%s=%s: with --secure every listener speaks %s; write %s%s"
                        .formatted(
                                LISTENERS,
                                listener.strip(),
                                PROTOCOL,
                                PROTOCOL,
                                listener.substring(end).strip());
            }
        }
        return "";
    }

    private static String upper(String text) {
        return text.strip().toUpperCase(Locale.ROOT);
    }

    /** Makes what is missing in the data folder, and has the node use it. */
    public SecurityFiles complete() throws IOException {
        String folders = settings.getOrDefault("log.dirs", settings.getOrDefault("log.dir", ""));
        Path data = Path.of(folders.split(",", -1)[0].strip());
        SecurityFiles files = SecurityFiles.open(data, NodeNames.all(advertisedHosts()));
        settings.putIfAbsent(LISTENERS, PROTOCOL + "://:9092");
        if (!settings.containsKey("ssl.keystore.location")) {
            settings.put("ssl.keystore.type", "PKCS12");
            settings.put("ssl.keystore.location", files.keystore().toString());
            settings.put("ssl.keystore.password", files.keystorePassword());
        }
        settings.putIfAbsent("sasl.enabled.mechanisms", "SCRAM-SHA-512,SCRAM-SHA-256");
        settings.putIfAbsent(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.putIfAbsent("super.users", "User:" + files.user());
        return files;
    }

    private List<String> advertisedHosts() {
        List<String> hosts = new ArrayList<>();
        for (String key : List.of(LISTENERS, "advertised.listeners")) {
            for (String listener : settings.getOrDefault(key, "").split(",", -1)) {
                String address = listener.replaceFirst(".*://", "").strip();
                int port = address.lastIndexOf(':');
                if (port > 0 && !address.startsWith("0.0.0.0")) {
                    hosts.add(address.substring(0, port).replaceAll("[\\[\\]]", ""));
                }
            }
        }
        return hosts;
    }
}
