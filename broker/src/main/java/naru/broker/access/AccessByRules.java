package naru.broker.access;

import naru.broker.transport.Request;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * Access by the rules (ACLs) in the metadata, as Kafka's StandardAuthorizer decides: super users
 * may do everything, what is not allowed is denied, and deny is stronger than allow.
 *
 * <p>Threads: rules change on the metadata loader's thread, before the image is published; any
 * thread asks. Until there are rules only super users may do anything.
 */
public final class AccessByRules implements Access, Quorum.Listener {
    private static final Logger LOG = LoggerFactory.getLogger("naru.access");

    private final Set<KafkaPrincipal> superUsers;
    private final boolean nodesAreSuperUsers;
    private final boolean everybodyWhereNoRuleIs;
    private volatile @Nullable AccessIndex index;

    /**
     * @param everybodyWhereNoRuleIs whether everything is allowed on resources that no rule is
     *     about
     */
    public AccessByRules(Set<KafkaPrincipal> superUsers, boolean everybodyWhereNoRuleIs) {
        this(superUsers, false, everybodyWhereNoRuleIs);
    }

    /**
     * @param nodesAreSuperUsers whether those are too whom {@link NodePrincipals} names
     */
    public AccessByRules(
            Set<KafkaPrincipal> superUsers,
            boolean nodesAreSuperUsers,
            boolean everybodyWhereNoRuleIs) {
        this.superUsers = Set.copyOf(superUsers);
        this.nodesAreSuperUsers = nodesAreSuperUsers;
        this.everybodyWhereNoRuleIs = everybodyWhereNoRuleIs;
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        AccessIndex present = index;
        if (present == null || !change.accessRules().isEmpty()) {
            List<AclBinding> added = change.accessRules().added();
            AccessIndex before =
                    present == null ? AccessIndex.empty(everybodyWhereNoRuleIs) : present;
            index = before.with(added, change.accessRules().removed());
            added.forEach(AccessByRules::warnOfHost);
        }
    }

    private static void warnOfHost(AclBinding rule) {
        String host = rule.entry().host();
        if (!host.equals(HostRange.EVERY) && HostRange.parse(host) == null) {
            LOG.warn(
                    "the rule {} never applies: its host is no address and no range such as"
                            + " 10.1.0.0/16; names are not looked up",
                    rule);
        }
    }

    /** Whether the rule is in force. */
    public boolean knows(AclBinding rule) {
        AccessIndex present = index;
        return present != null && present.contains(rule);
    }

    @Override
    public boolean allowed(
            Request request, AclOperation operation, ResourceType type, String name) {
        return permitted(request, operation, type, name);
    }

    @Override
    public boolean permitted(
            Request request, AclOperation operation, ResourceType type, String name) {
        return permits(principal(request), request.clientAddress(), operation, type, name);
    }

    /** Whether somebody may do this who is not asking at this moment. */
    public boolean permits(
            KafkaPrincipal principal,
            InetAddress address,
            AclOperation operation,
            ResourceType type,
            String name) {
        if (isSuperUser(principal)) {
            return true;
        }
        AccessIndex present = index;
        if (present == null) {
            return false;
        }
        int bits = present.allowed(principal, address, type, name);
        return (bits & ResourceOperations.bit(operation)) != 0
                || (everybodyWhereNoRuleIs && !present.hasRuleFor(type, name));
    }

    @Override
    public boolean allowedOnAny(Request request, AclOperation operation, ResourceType type) {
        KafkaPrincipal principal = principal(request);
        if (isSuperUser(principal)) {
            return true;
        }
        AccessIndex present = index;
        if (present == null) {
            return false;
        }
        return (everybodyWhereNoRuleIs && !present.hasRuleForEvery(type))
                || present.allowedOnAny(principal, request.clientAddress(), operation, type);
    }

    @Override
    public Set<AclOperation> allowedOperations(Request request, ResourceType type, String name) {
        KafkaPrincipal principal = principal(request);
        AccessIndex present = index;
        if (isSuperUser(principal)) {
            return ResourceOperations.of(type);
        }
        if (present == null) {
            return Set.of();
        }
        return everybodyWhereNoRuleIs && !present.hasRuleFor(type, name)
                ? ResourceOperations.of(type)
                : ResourceOperations.among(
                        type, present.allowed(principal, request.clientAddress(), type, name));
    }

    private boolean isSuperUser(KafkaPrincipal principal) {
        return superUsers.contains(principal)
                || (nodesAreSuperUsers && NodePrincipals.isNode(principal));
    }

    /** A principal of a class of its own is equal to none that a rule names. */
    private static KafkaPrincipal principal(Request request) {
        KafkaPrincipal principal = request.principal();
        return principal.getClass() == KafkaPrincipal.class
                ? principal
                : new KafkaPrincipal(principal.getPrincipalType(), principal.getName());
    }
}
