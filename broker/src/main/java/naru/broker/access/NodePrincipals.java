package naru.broker.access;

import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.util.regex.Pattern;

/** How nodes of a cluster made by {@code --secure} are called: {@code User:node-N}. */
public final class NodePrincipals {
    /** Turns the subject of a node's certificate into its name; there is none for others'. */
    public static final String MAPPING_RULE = "RULE:^CN=(node-[0-9]+)$/$1/";

    private static final Pattern NAME = Pattern.compile("node-[0-9]+");

    private NodePrincipals() {}

    /** Subject of the certificate of this node. */
    public static String distinguishedName(int nodeId) {
        return "CN=node-" + nodeId;
    }

    public static KafkaPrincipal of(int nodeId) {
        return new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "node-" + nodeId);
    }

    public static boolean isNode(KafkaPrincipal principal) {
        return principal.getPrincipalType().equals(KafkaPrincipal.USER_TYPE)
                && NAME.matcher(principal.getName()).matches();
    }
}
