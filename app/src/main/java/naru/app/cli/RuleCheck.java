package naru.app.cli;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/** What rules that concern a resource mean for one who wants to do something on it. */
final class RuleCheck {
    private static final String EVERYBODY = "User:*";

    private RuleCheck() {}

    /**
     * @param rule that decides, or null when none allows
     */
    record Verdict(boolean allowed, Acls.@Nullable Row rule) {
        String sentence() {
            if (rule == null) {
                return "denied: no rule allows it";
            }
            return (allowed ? "allowed: " : "denied: ") + rule.sentence();
        }
    }

    /**
     * @param host where from, or null for anywhere: rules for some addresses only are then left out
     */
    static Verdict of(
            Collection<AclBinding> rules,
            String principal,
            AclOperation operation,
            @Nullable String host) {
        AclBinding allowing = null;
        for (AclBinding rule : rules) {
            String name = rule.entry().principal();
            boolean concerns =
                    (name.equals(principal) || name.equals(EVERYBODY))
                            && isFrom(rule.entry().host(), host);
            boolean denies = rule.entry().permissionType() == AclPermissionType.DENY;
            Set<AclOperation> covered = covered(rule.entry().operation(), denies);
            if (concerns && covered.contains(operation)) {
                if (denies) {
                    return new Verdict(false, Acls.Row.of(rule));
                }
                allowing = rule;
            }
        }
        return allowing == null
                ? new Verdict(false, null)
                : new Verdict(true, Acls.Row.of(allowing));
    }

    // All other operations stand for themselves.
    @SuppressWarnings("EnumSwitchDefault")
    private static Set<AclOperation> covered(AclOperation operation, boolean denies) {
        if (operation == AclOperation.ALL) {
            return EnumSet.allOf(AclOperation.class);
        }
        if (denies) {
            return EnumSet.of(operation);
        }
        return switch (operation) {
            case READ, WRITE, DELETE, ALTER -> EnumSet.of(operation, AclOperation.DESCRIBE);
            case ALTER_CONFIGS -> EnumSet.of(operation, AclOperation.DESCRIBE_CONFIGS);
            default -> EnumSet.of(operation);
        };
    }

    private static boolean isFrom(String allowed, @Nullable String host) {
        if (allowed.equals(RuleOptions.EVERY_HOST)) {
            return true;
        }
        if (host == null) {
            return false;
        }
        int slash = allowed.indexOf('/');
        try {
            byte[] network =
                    InetAddress.ofLiteral(slash < 0 ? allowed : allowed.substring(0, slash))
                            .getAddress();
            byte[] address = InetAddress.ofLiteral(host).getAddress();
            int bits =
                    slash < 0
                            ? network.length * Byte.SIZE
                            : Integer.parseUnsignedInt(allowed.substring(slash + 1));
            return network.length == address.length
                    && bits <= network.length * Byte.SIZE
                    && begin(network, address, bits);
        } catch (IllegalArgumentException noAddress) {
            return false;
        }
    }

    private static boolean begin(byte[] network, byte[] address, int bits) {
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % Byte.SIZE);
            if ((network[bit / Byte.SIZE] & mask) != (address[bit / Byte.SIZE] & mask)) {
                return false;
            }
        }
        return true;
    }
}
