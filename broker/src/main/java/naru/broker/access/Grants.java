package naru.broker.access;

import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclPermissionType;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What the rules of one principal on one resource pattern allow and deny, as bits by the codes of
 * operations. Immutable.
 */
final class Grants {
    /** Of all rules that match: what they allow, minus what they deny. */
    private final int allow;

    private final int deny;
    private final OfHosts[] hosts;

    private record OfHosts(HostRange hosts, int allow, int deny) {}

    private Grants(int allow, int deny, OfHosts[] hosts) {
        this.allow = allow;
        this.deny = deny;
        this.hosts = hosts;
    }

    static Grants of(List<AccessControlEntry> rules) {
        int allow = 0;
        int deny = 0;
        List<OfHosts> hosts = new ArrayList<>(0);
        for (AccessControlEntry rule : rules) {
            boolean allows = rule.permissionType() == AclPermissionType.ALLOW;
            boolean denies = rule.permissionType() == AclPermissionType.DENY;
            int allowed = allows ? ResourceOperations.allowedBy(rule.operation()) : 0;
            int denied = denies ? ResourceOperations.deniedBy(rule.operation()) : 0;
            if (rule.host().equals(HostRange.EVERY)) {
                allow |= allowed;
                deny |= denied;
                continue;
            }
            HostRange range = HostRange.parse(rule.host());
            if (range != null) {
                hosts.add(new OfHosts(range, allowed, denied));
            }
        }
        return new Grants(allow, deny, hosts.toArray(OfHosts[]::new));
    }

    int allowed(InetAddress client) {
        int bits = allow;
        for (OfHosts one : hosts) {
            if (one.allow != 0 && one.hosts.contains(client)) {
                bits |= one.allow;
            }
        }
        return bits;
    }

    int denied(InetAddress client) {
        int bits = deny;
        for (OfHosts one : hosts) {
            if (one.deny != 0 && one.hosts.contains(client)) {
                bits |= one.deny;
            }
        }
        return bits;
    }
}
