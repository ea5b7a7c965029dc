package naru.app.cli;

import naru.app.join.Addresses;
import naru.app.join.FingerprintTrust;
import naru.app.join.Invitation;
import naru.app.terminal.PlainText;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateDelegationTokenOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.security.token.delegation.DelegationToken;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code naru cluster invite}: prints what a new node needs to join. */
@Command(
        name = "invite",
        mixinStandardHelpOptions = true,
        description = "Prints a token with which a new node joins the cluster, and how.",
        footer = {
            "",
            "On a cluster made by naru start --secure the token is a secret: until it is used or",
            "expires, whoever has it is you. Elsewhere it only says where the cluster is.",
            "",
            "Examples:",
            "  naru cluster invite",
            "  naru cluster invite --command-config naru-data/security-client.properties --ttl 10m"
        })
public final class Invite implements Callable<Integer> {
    private static final int ADDRESSES_MOST = 3;
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})([smhd])");
    private static final Map<String, Duration> UNITS =
            Map.of(
                    "s", Duration.ofSeconds(1),
                    "m", Duration.ofMinutes(1),
                    "h", Duration.ofHours(1),
                    "d", Duration.ofDays(1));

    @ParentCommand @Nullable ClusterCommand cluster;

    @Option(
            names = "--ttl",
            paramLabel = "1h",
            defaultValue = "1h",
            description = "How long the token is good. Default: ${DEFAULT-VALUE}.")
    String lifetime = "1h";

    /** The JSON of {@code cluster invite}. */
    record Invited(String clusterId, String token, String command, boolean secret) {}

    @Override
    public Integer call() {
        ClusterCommand at = cluster;
        if (at == null) {
            throw new IllegalStateException("invite is a command of cluster");
        }
        Duration ttl = duration(lifetime);
        Connection connection = at.connect();
        try (Admin admin = connection.admin()) {
            Invitation invitation = invitation(admin, connection, ttl);
            String command = "naru cluster join --token " + invitation.text();
            boolean secret = invitation.secret() != null;
            if (at.json()) {
                at.showJson(
                        new Invited(invitation.clusterId(), invitation.text(), command, secret));
            } else {
                print(at, invitation, command);
            }
        }
        return ClusterCommand.OK;
    }

    private void print(ClusterCommand at, Invitation invitation, String command) {
        var out = at.terminal.out();
        boolean here = invitation.addresses().stream().allMatch(Addresses::isLoopback);
        out.println(
                "A new node of the cluster %s: on %s, type"
                        .formatted(
                                PlainText.of(invitation.clusterId()),
                                here ? "this machine" : "its machine"));
        out.println("  " + command);
        if (invitation.secret() != null) {
            out.println("It is good once, for " + lifetime + ". Keep it to yourself until then.");
        }
        if (here) {
            out.println(
                    "Only this machine reaches the cluster: its listeners are on loopback. Name"
                            + " another folder there: --data naru-data-2");
        }
    }

    static Duration duration(String text) {
        Matcher parts = DURATION.matcher(text.strip());
        Duration unit = parts.matches() ? UNITS.get(parts.group(2)) : null;
        if (unit == null || Integer.parseInt(parts.group(1)) == 0) {
            throw new CommandFailure("--ttl is a time such as 30m, 1h or 1d, not " + text);
        }
        return unit.multipliedBy(Integer.parseInt(parts.group(1)));
    }

    private static Invitation invitation(Admin admin, Connection connection, Duration ttl) {
        var described = admin.describeCluster();
        String clusterId = String.valueOf(ClusterCommand.await(described.clusterId()));
        Collection<Node> nodes = ClusterCommand.await(described.nodes());
        requireGrowable(admin);
        List<String> addresses =
                nodes.stream()
                        .map(node -> Addresses.text(node.host(), node.port()))
                        .limit(ADDRESSES_MOST)
                        .toList();
        Object protocol = connection.clientProperties().get("security.protocol");
        if (protocol == null || protocol.equals("PLAINTEXT")) {
            return new Invitation(clusterId, addresses, null);
        }
        List<String> endpoints = endpoints(admin, connection, nodes);
        if (endpoints.isEmpty()) {
            throw new CommandFailure(
                    "no node that is up gives certificates (naru.cluster.listeners): that is the"
                        + " node of the first naru start --secure, which has the authority's key."
                        + " Start it, or, where the cluster is protected by settings of its own,"
                        + " write them into a file for the new node: docs/cluster.md");
        }
        String fingerprint = fingerprint(connection);
        DelegationToken token = token(admin, ttl);
        return new Invitation(
                clusterId,
                addresses,
                new Invitation.Secret(
                        endpoints,
                        fingerprint,
                        token.tokenInfo().tokenId(),
                        token.hmacAsBase64String()));
    }

    /** Voters that stand in each node's configuration cannot become more while it runs. */
    private static void requireGrowable(Admin admin) {
        QuorumInfo quorum = ClusterCommand.await(admin.describeMetadataQuorum().quorumInfo());
        var features = ClusterCommand.await(admin.describeFeatures().featureMetadata());
        var kraft = features.finalizedFeatures().get("kraft.version");
        if (kraft == null || kraft.maxVersionLevel() == 0) {
            throw new CommandFailure(
                    "the cluster's voters are static (kraft.version=0), as older data folders of"
                        + " Apache Kafka have it, so no node can join them. Once, and for good, do:"
                        + " kafka-features.sh --bootstrap-server HOST:PORT upgrade --feature"
                        + " kraft.version=1");
        }
        if (quorum.leaderId() < 0) {
            throw new CommandFailure(
                    "the cluster has no active controller at this moment; see: naru cluster"
                            + " status");
        }
    }

    private static List<String> endpoints(
            Admin admin, Connection connection, Collection<Node> nodes) {
        Set<String> endpoints = new LinkedHashSet<>();
        List<ConfigResource> resources = new ArrayList<>();
        nodes.forEach(node ->
                resources.add(new ConfigResource(ConfigResource.Type.BROKER, node.idString())));
        Map<ConfigResource, Config> configs =
                ClusterCommand.await(admin.describeConfigs(resources).all());
        for (Node node : nodes) {
            Config config =
                    configs.get(new ConfigResource(ConfigResource.Type.BROKER, node.idString()));
            ConfigEntry entry = config == null ? null : config.get("naru.cluster.listeners");
            String value = entry == null || entry.value() == null ? "" : entry.value();
            for (String address : value.split(",", -1)) {
                if (!address.isBlank()) {
                    add(endpoints, URI.create(address.strip()), node, connection);
                }
            }
        }
        return List.copyOf(endpoints);
    }

    /** Of an endpoint on every interface the node's name counts, and what brought us here. */
    private static void add(Set<String> endpoints, URI address, Node node, Connection connection) {
        String host = String.valueOf(address.getHost());
        if (!host.equals("0.0.0.0")) {
            endpoints.add(Addresses.text(host.replaceAll("[\\[\\]]", ""), address.getPort()));
            return;
        }
        endpoints.add(Addresses.text(node.host(), address.getPort()));
        for (String server : connection.bootstrap().split(",", -1)) {
            if (!Addresses.isLoopback(server)) {
                String name = server.substring(0, server.lastIndexOf(':'));
                endpoints.add(name + ":" + address.getPort());
            }
        }
    }

    private static String fingerprint(Connection connection) {
        Map<String, Object> properties = connection.clientProperties();
        Object inline = properties.get("ssl.truststore.certificates");
        Object file = properties.get("ssl.truststore.location");
        try {
            String text =
                    inline != null
                            ? inline.toString()
                            : Files.readString(Path.of(String.valueOf(file)));
            return FingerprintTrust.fingerprint(
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(
                                            new ByteArrayInputStream(
                                                    text.getBytes(StandardCharsets.US_ASCII))));
        } catch (IOException | GeneralSecurityException | ClassCastException unreadable) {
            throw new CommandFailure(
                    "--command-config must name the authority's certificate, as"
                            + " security-client.properties does (ssl.truststore.type=PEM and"
                            + " ssl.truststore.location)",
                    unreadable);
        }
    }

    private static DelegationToken token(Admin admin, Duration ttl) {
        return ClusterCommand.await(
                admin.createDelegationToken(
                                new CreateDelegationTokenOptions().maxLifetimeMs(ttl.toMillis()))
                        .delegationToken());
    }
}
