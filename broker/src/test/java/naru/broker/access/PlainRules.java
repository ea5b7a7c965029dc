package naru.broker.access;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Set;

/** Rules read one after the other: slow, and plain to see. */
final class PlainRules {
    private PlainRules() {}

    static boolean allows(
            Collection<AclBinding> rules,
            KafkaPrincipal principal,
            InetAddress client,
            AclOperation operation,
            ResourceType type,
            String name) {
        boolean allowed = false;
        for (AclBinding rule : rules) {
            String whom = rule.entry().principal();
            boolean concerns =
                    isAbout(rule, type, name)
                            && (whom.equals("User:*") || whom.equals(principal.toString()))
                            && isFrom(rule.entry().host(), client);
            boolean denies = rule.entry().permissionType() == AclPermissionType.DENY;
            AclOperation ruled = rule.entry().operation();
            boolean same = ruled == operation || ruled == AclOperation.ALL;
            if (concerns && denies && same) {
                return false;
            }
            allowed |= concerns && !denies && (same || implies(ruled, operation));
        }
        return allowed;
    }

    static boolean haveOneFor(Collection<AclBinding> rules, ResourceType type, String name) {
        return rules.stream().anyMatch(rule -> isAbout(rule, type, name));
    }

    private static boolean isAbout(AclBinding rule, ResourceType type, String name) {
        String pattern = rule.pattern().name();
        return rule.pattern().resourceType() == type
                && (rule.pattern().patternType() == PatternType.PREFIXED
                        ? name.startsWith(pattern)
                        : pattern.equals("*") || pattern.equals(name));
    }

    private static boolean implies(AclOperation ruled, AclOperation operation) {
        return operation == AclOperation.DESCRIBE
                ? Set.of(
                                AclOperation.READ,
                                AclOperation.WRITE,
                                AclOperation.DELETE,
                                AclOperation.ALTER)
                        .contains(ruled)
                : operation == AclOperation.DESCRIBE_CONFIGS && ruled == AclOperation.ALTER_CONFIGS;
    }

    private static boolean isFrom(String host, InetAddress client) {
        if (host.equals("*")) {
            return true;
        }
        String[] parts = host.split("/", -1);
        InetAddress network;
        try {
            network = InetAddress.ofLiteral(parts[0]);
        } catch (IllegalArgumentException aName) {
            return false;
        }
        byte[] own = network.getAddress();
        byte[] other = client.getAddress();
        int bits = parts.length == 1 ? own.length * 8 : Integer.parseInt(parts[1]);
        int rest = own.length * 8 - bits;
        return own.length == other.length
                && new BigInteger(1, own)
                        .shiftRight(rest)
                        .equals(new BigInteger(1, other).shiftRight(rest));
    }
}
