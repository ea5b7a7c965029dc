package naru.app.cli;

import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the commands on rules have in common: who, on what, from where. */
final class RuleOptions {
    static final String EVERY_HOST = "*";

    @Option(
            names = {"-p", "--principal"},
            paramLabel = "NAME",
            description = "Who: anna or User:anna; '*' for everybody. May be given again.")
    List<String> principals = new ArrayList<>();

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC",
            description = "On this topic; '*' for all.")
    List<String> topics = new ArrayList<>();

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description = "On this group; '*' for all.")
    List<String> groups = new ArrayList<>();

    @Option(
            names = "--transactional-id",
            paramLabel = "ID",
            description = "On this transactional id; '*' for all.")
    List<String> transactionalIds = new ArrayList<>();

    @Option(names = "--cluster", description = "On the cluster.")
    boolean cluster;

    @Option(
            names = "--prefix",
            description =
                    "The names are beginnings of names: --topic bill --prefix means bill,"
                            + " billing, bills.2026.")
    boolean prefix;

    @Option(
            names = {"-a", "--operation"},
            paramLabel = "OPERATION",
            split = ",",
            description =
                    "read, write, create, delete, alter, describe, describe-configs, alter-configs,"
                        + " idempotent-write, cluster-action, two-phase-commit or all; several with"
                        + " commas.")
    List<String> operations = new ArrayList<>();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description =
                    "From this address only, or a range such as 10.1.0.0/16 (ranges are"
                            + " Naru's, not Kafka's). Default: every address.")
    List<String> hosts = new ArrayList<>();

    /** Rules with each principal, host, operation and resource that was named. */
    List<AclBinding> rules(AclPermissionType permission, Set<AclOperation> wanted) {
        return rules(permission, wanted, resources());
    }

    List<AclBinding> rules(
            AclPermissionType permission,
            Set<AclOperation> wanted,
            List<ResourcePattern> resources) {
        if (principals.isEmpty()) {
            throw new CommandFailure("say who: --principal anna");
        }
        if (resources.isEmpty()) {
            throw new CommandFailure(
                    "say on what: --topic, --group, --transactional-id or --cluster");
        }
        if (wanted.isEmpty()) {
            throw new CommandFailure("say what: --operation read, or --producer, or --consumer");
        }
        List<AclBinding> rules = new ArrayList<>();
        for (ResourcePattern resource : resources) {
            for (String principal : principals) {
                for (String host : hosts.isEmpty() ? List.of(EVERY_HOST) : hosts) {
                    requireAddress(host);
                    for (AclOperation operation : wanted) {
                        rules.add(
                                new AclBinding(
                                        resource,
                                        new AccessControlEntry(
                                                principal(principal),
                                                host,
                                                operation,
                                                permission)));
                    }
                }
            }
        }
        return rules;
    }

    /** A name would never match anything. */
    private static void requireAddress(String host) {
        int slash = host.indexOf('/');
        try {
            if (!host.equals(EVERY_HOST)) {
                InetAddress address =
                        InetAddress.ofLiteral(slash < 0 ? host : host.substring(0, slash));
                int most = address.getAddress().length * Byte.SIZE;
                if (slash >= 0 && Integer.parseUnsignedInt(host.substring(slash + 1)) > most) {
                    throw new IllegalArgumentException(host);
                }
            }
        } catch (IllegalArgumentException noAddress) {
            throw new CommandFailure(
                    "--host takes an address or a range such as 10.1.0.0/16, not '" + host + "'",
                    noAddress);
        }
    }

    static String principal(String text) {
        return text.indexOf(':') < 0 ? "User:" + text : text;
    }

    Set<AclOperation> operations() {
        Set<AclOperation> wanted = new LinkedHashSet<>();
        operations.forEach(each -> wanted.add(operation(each)));
        return wanted;
    }

    static AclOperation operation(String text) {
        AclOperation operation =
                AclOperation.fromString(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        if (operation.isUnknown() || operation == AclOperation.ANY) {
            throw new CommandFailure(
                    "there is no operation '" + text + "'; use read, write, describe ...: --help");
        }
        return operation;
    }

    List<ResourcePattern> resources() {
        List<ResourcePattern> resources = new ArrayList<>();
        add(resources, ResourceType.TOPIC, topics);
        add(resources, ResourceType.GROUP, groups);
        add(resources, ResourceType.TRANSACTIONAL_ID, transactionalIds);
        if (cluster) {
            resources.add(clusterResource());
        }
        return resources;
    }

    static ResourcePattern clusterResource() {
        return new ResourcePattern(
                ResourceType.CLUSTER, Resource.CLUSTER_NAME, PatternType.LITERAL);
    }

    private void add(List<ResourcePattern> resources, ResourceType type, List<String> names) {
        resources.addAll(patterns(type, names));
    }

    List<ResourcePattern> patterns(ResourceType type, List<String> names) {
        PatternType pattern = prefix ? PatternType.PREFIXED : PatternType.LITERAL;
        return names.stream()
                .map(name ->
                        new ResourcePattern(
                                type,
                                name,
                                name.equals(ResourcePattern.WILDCARD_RESOURCE)
                                        ? PatternType.LITERAL
                                        : pattern))
                .toList();
    }

    /** The only one of the list, or null when there is none. */
    static @Nullable String only(List<String> values, String option) {
        if (values.size() > 1) {
            throw new CommandFailure("give " + option + " once");
        }
        return values.isEmpty() ? null : values.getFirst();
    }
}
