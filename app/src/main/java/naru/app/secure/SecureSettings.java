package naru.app.secure;

import naru.broker.access.NodePrincipals;
import naru.broker.config.FormerNodeId;

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
    private static final String PROTOCOL_MAP = "listener.security.protocol.map";
    private static final String YIELDING = "naru.yielding.listeners";
    private static final String PROTOCOL = "SASL_SSL";
    private static final String CONTROLLER = "CONTROLLER";
    private static final String NODES = "NODES";
    private static final int CONTROLLER_PORT = 9093;
    private static final int NODES_PORT = 9094;
    private static final Map<String, String> OWN_PROTOCOLS =
            Map.of(CONTROLLER, "SSL", NODES, "SSL");
    private static final String USUAL_PROTOCOLS =
            "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT";

    private final Map<String, String> settings;

    /**
     * @param settings are added to
     */
    public SecureSettings(Map<String, String> settings) {
        this.settings = settings;
    }

    /** What is wrong with the listeners that were set, or an empty text. */
    public String problem() {
        Map<String, String> protocols = new HashMap<>(OWN_PROTOCOLS);
        for (String entry : settings.getOrDefault(PROTOCOL_MAP, "").split(",", -1)) {
            String[] parts = entry.split(":", 2);
            if (parts.length == 2) {
                protocols.put(upper(parts[0]), upper(parts[1]));
            }
        }
        for (String listener : settings.getOrDefault(LISTENERS, "").split(",", -1)) {
            int end = listener.indexOf("://");
            String name = end < 0 ? "" : upper(listener.substring(0, end));
            String protocol = protocols.getOrDefault(name, name);
            if (end >= 0 && !protocol.equals(OWN_PROTOCOLS.getOrDefault(name, PROTOCOL))) {
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
        Path data = dataFolder();
        int nodeId = nodeId(data);
        SecurityFiles files = SecurityFiles.open(data, nodeId, names());
        settings.putIfAbsent(LISTENERS, PROTOCOL + "://:9092");
        addOwnListeners();
        if (!settings.containsKey("ssl.keystore.location")) {
            settings.put("ssl.keystore.type", "PKCS12");
            settings.put("ssl.keystore.location", files.keystore().toString());
            settings.put("ssl.keystore.password", files.keystorePassword());
        }
        settings.putIfAbsent("sasl.enabled.mechanisms", "SCRAM-SHA-512,SCRAM-SHA-256");
        settings.putIfAbsent(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        if (files.knowsUser()) {
            settings.putIfAbsent("super.users", "User:" + files.user());
        }
        settings.putIfAbsent("delegation.token.secret.key", files.tokenKey());
        protectOwnListeners(files);
        return files;
    }

    /** As the certificate names this node. */
    public List<String> names() throws IOException {
        return NodeNames.all(advertisedHosts());
    }

    /** The folder of the security files. */
    public Path dataFolder() {
        String folders = settings.getOrDefault("log.dirs", settings.getOrDefault("log.dir", ""));
        return Path.of(folders.split(",", -1)[0].strip());
    }

    private int nodeId(Path data) {
        String given = settings.getOrDefault("node.id", settings.getOrDefault("broker.id", ""));
        String id = given.isBlank() ? FormerNodeId.in(data.toString(), "1") : given.strip();
        return id.matches("\\d{1,9}") ? Integer.parseInt(id) : 1;
    }

    /** Where only nodes of the cluster come in, on the host of the first listener. */
    private void addOwnListeners() {
        String first = settings.getOrDefault(LISTENERS, "").split(",", -1)[0];
        String host = first.replaceFirst(".*://", "").replaceFirst(":[^:]*$", "");
        String roles = settings.getOrDefault("process.roles", "broker,controller");
        if (roles.contains("broker")) {
            addListener(NODES, host + ":" + NODES_PORT);
            settings.putIfAbsent("inter.broker.listener.name", NODES);
        }
        if (roles.contains("controller")) {
            addListener(CONTROLLER, host + ":" + CONTROLLER_PORT);
        }
    }

    private void addListener(String name, String address) {
        String listeners = settings.getOrDefault(LISTENERS, "");
        if (!upper(listeners).matches("(?s).*\\b" + name + "://.*")) {
            settings.put(LISTENERS, listeners + "," + name + "://" + address);
            settings.merge(YIELDING, name, (others, own) -> others + "," + own);
        }
    }

    /** Only certificates of nodes open them. */
    private void protectOwnListeners(SecurityFiles files) {
        String map = settings.getOrDefault(PROTOCOL_MAP, USUAL_PROTOCOLS);
        for (String name : List.of(CONTROLLER, NODES)) {
            if (!upper(map).matches("(?s).*\\b" + name + ":.*")) {
                map += "," + name + ":SSL";
            }
            String prefix = "listener.name." + name.toLowerCase(Locale.ROOT) + ".";
            settings.putIfAbsent(prefix + "ssl.client.auth", "required");
            settings.putIfAbsent(
                    prefix + "ssl.principal.mapping.rules", NodePrincipals.MAPPING_RULE);
            settings.putIfAbsent(prefix + "ssl.truststore.type", "PEM");
            settings.putIfAbsent(
                    prefix + "ssl.truststore.location", files.file("ca.pem").toString());
        }
        settings.put(PROTOCOL_MAP, map);
        settings.putIfAbsent("naru.nodes.by.certificate", "true");
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
