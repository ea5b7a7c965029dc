package naru.app.join;

import naru.app.join.JoinMessages.Admission;
import naru.app.join.JoinMessages.Question;
import naru.app.secure.SecureSettings;
import naru.app.secure.SecurityFiles;
import naru.broker.newcomer.Roster;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Makes a folder that a start can start on as a new node of the cluster.
 *
 * <p>Threads: the caller's, which waits. Failures are {@link JoinFailure}s; a folder that was not
 * finished can be joined with again.
 */
public final class Joining {
    private static final int CLIENT_PORT = 9092;
    private static final int CONTROLLER_PORT = 9093;
    private static final int METRICS_PORT = 9404;
    private static final int REGISTRY_PORT = 8081;
    private static final int REST_PORT = 8082;
    private static final String LOOPBACK = "127.0.0.1";

    private final Invitation invitation;
    private final Wishes wishes;
    private final NodeFolder folder;
    private final Consumer<String> teller;
    private final FreePorts ports = new FreePorts();

    /**
     * What the person wants.
     *
     * @param listeners for clients, as Kafka's setting; null for the usual
     * @param nodeId null for any that is free
     * @param voter null to decide by how many there are
     */
    public record Wishes(
            Path data,
            @Nullable String listeners,
            @Nullable Integer nodeId,
            @Nullable Boolean voter) {}

    /** The node as it will start. */
    public record Joined(NodeFolder folder, int nodeId, boolean voter) {}

    /**
     * @param teller is told each step, a line each
     */
    public Joining(Invitation invitation, Wishes wishes, Consumer<String> teller) {
        this.invitation = invitation;
        this.wishes = wishes;
        this.folder = new NodeFolder(wishes.data());
        this.teller = teller;
    }

    public Joined join() {
        folder.requireNew(invitation.clusterId());
        Invitation.Secret secret = invitation.secret();
        try {
            return secret == null ? joinOpen() : joinSecured(secret);
        } catch (IOException fault) {
            throw new JoinFailure("the node cannot join: " + fault.getMessage(), fault);
        }
    }

    private Joined joinOpen() throws IOException {
        OpenCluster cluster = OpenCluster.ask(invitation);
        Roster roster = cluster.roster();
        InetAddress own = Addresses.towards(roster.controllers());
        int nodeId = nodeId(roster);
        boolean voter = isVoter(roster.voters().size());
        Map<String, String> settings = settings(nodeId, voter, roster.controllers());
        String host = own.isLoopbackAddress() ? LOOPBACK : own.getHostAddress();
        String listeners = wishes.listeners();
        if (listeners == null) {
            listeners = cluster.listenerName() + "://" + address("clients", CLIENT_PORT, host);
        }
        if (voter) {
            listeners +=
                    ",%s://%s"
                            .formatted(
                                    cluster.controllerName(),
                                    address("controller", CONTROLLER_PORT, host));
        }
        settings.put("listeners", listeners);
        settings.put("inter.broker.listener.name", cluster.listenerName());
        settings.put("controller.listener.names", cluster.controllerName());
        settings.put(
                "listener.security.protocol.map",
                "%s:PLAINTEXT,%s:PLAINTEXT"
                        .formatted(cluster.listenerName(), cluster.controllerName()));
        if (!own.isLoopbackAddress()) {
            settings.put("naru.insecure.listeners", "true");
            teller.accept("everybody who reaches " + host + " may do everything, as on the others");
        }
        folder.write(settings);
        return new Joined(folder, nodeId, voter);
    }

    private int nodeId(Roster roster) {
        Integer wanted = wishes.nodeId();
        if (wanted == null) {
            int id = 1;
            while (roster.known().contains(id)) {
                id++;
            }
            return id;
        }
        if (roster.known().contains(wanted)) {
            throw new JoinFailure("there is a node " + wanted + " already; leave --node-id out");
        }
        return wanted;
    }

    private Joined joinSecured(Invitation.Secret secret) throws IOException {
        SecurityFiles.Applicant applicant = SecurityFiles.apply(folder.path());
        try {
            String host = clientHost();
            String listeners = wishes.listeners();
            if (listeners == null) {
                listeners = "SASL_SSL://" + address("clients", CLIENT_PORT, host);
            }
            SecureSettings secured =
                    new SecureSettings(new TreeMap<>(Map.of("listeners", listeners)));
            if (!secured.problem().isEmpty()) {
                throw new JoinFailure("--" + secured.problem());
            }
            Admission admission =
                    new JoinClient(secret)
                            .ask(
                                    new Question(
                                            invitation.clusterId(),
                                            applicant.certificateRequest(),
                                            secured.names(),
                                            wishes.nodeId(),
                                            false));
            applicant.complete(
                    admission.certificate(), admission.authority(), admission.tokenKey());
            teller.accept("its certificate is signed by the cluster's authority");
            Addresses.towards(admission.controllers());
            boolean voter = isVoter(admission.voters());
            Map<String, String> settings =
                    settings(admission.nodeId(), voter, admission.controllers());
            settings.put("listeners", listeners);
            settings.put("naru.secure", "true");
            settings.put("super.users", admission.superUsers());
            settings.put("sasl.enabled.mechanisms", admission.mechanisms());
            settings.values().removeIf(String::isBlank);
            folder.write(settings);
            return new Joined(folder, admission.nodeId(), voter);
        } finally {
            applicant.abandon();
        }
    }

    /**
     * Gives a node that has joined a new certificate.
     *
     * @param settings of the node
     * @return the node's id
     */
    public int renew(Map<String, String> settings) {
        Invitation.Secret secret = invitation.secret();
        if (secret == null) {
            throw new JoinFailure("the token is of a cluster without certificates");
        }
        int nodeId = folder.nodeOf(invitation.clusterId());
        try {
            SecurityFiles.Applicant applicant = SecurityFiles.applyAgain(folder.path());
            try {
                Admission admission =
                        new JoinClient(secret)
                                .ask(
                                        new Question(
                                                invitation.clusterId(),
                                                applicant.certificateRequest(),
                                                new SecureSettings(settings).names(),
                                                nodeId,
                                                true));
                applicant.complete(
                        admission.certificate(), admission.authority(), admission.tokenKey());
                return nodeId;
            } finally {
                applicant.abandon();
            }
        } catch (IOException fault) {
            throw new JoinFailure("the certificate is not renewed: " + fault.getMessage(), fault);
        }
    }

    /** Where the others are on this machine only, there is no reason to be reached from outside. */
    private String clientHost() {
        return invitation.addresses().stream().allMatch(Addresses::isLoopback) ? LOOPBACK : "";
    }

    private boolean isVoter(int voters) {
        Boolean wished = wishes.voter();
        return wished == null ? Roster.wantsVoter(voters) : wished;
    }

    private Map<String, String> settings(int nodeId, boolean voter, List<String> controllers)
            throws IOException {
        Map<String, String> settings = new TreeMap<>();
        settings.put("node.id", Integer.toString(nodeId));
        settings.put("naru.cluster.id", invitation.clusterId());
        settings.put("process.roles", voter ? "broker,controller" : "broker");
        settings.put("controller.quorum.bootstrap.servers", String.join(",", controllers));
        if (voter) {
            settings.put("controller.quorum.auto.join.enable", "true");
        }
        settings.put(
                "naru.metrics.listeners", "http://" + address("metrics", METRICS_PORT, LOOPBACK));
        settings.put(
                "naru.registry.listeners",
                "http://" + address("registry", REGISTRY_PORT, LOOPBACK));
        settings.put("naru.rest.listeners", "http://" + address("rest", REST_PORT, LOOPBACK));
        return settings;
    }

    private String address(String what, int usual, String host) throws IOException {
        int port = ports.like(usual, host);
        if (port != usual) {
            teller.accept("port %d is taken: %s on %d".formatted(usual, what, port));
        }
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
