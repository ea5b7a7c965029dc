package naru.broker.newcomer;

import java.util.List;
import java.util.Set;

/**
 * Who is in the cluster, as a newcomer has to know it.
 *
 * @param voters ids of the voters of the metadata quorum
 * @param known ids that nodes have
 * @param controllers where the voters are reached, HOST:PORT
 */
public record Roster(Set<Integer> voters, Set<Integer> known, List<String> controllers) {
    private static final int VOTERS_ENOUGH = 3;

    public Roster {
        voters = Set.copyOf(voters);
        known = Set.copyOf(known);
        controllers = List.copyOf(controllers);
    }

    static String address(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /**
     * Whether one more voter helps: until there are three, and where it makes their number odd. An
     * even number outlives no more failures than the odd one below it.
     */
    public static boolean wantsVoter(int voters) {
        return voters < VOTERS_ENOUGH || voters % 2 == 0;
    }
}
