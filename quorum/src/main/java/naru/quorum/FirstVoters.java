package naru.quorum;

import naru.quorum.ClusterImage.BrokerEndpoint;

import org.apache.kafka.raft.DynamicVoters;
import org.apache.kafka.raft.QuorumConfig;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;

/** Whom a metadata log starts with when it does not exist yet. */
sealed interface FirstVoters {
    /** This node alone, in the log itself (KIP-853). */
    record ThisNode() implements FirstVoters {}

    /** Those in {@code controller.quorum.voters}, which the log does not name. */
    record Configured(Map<Integer, InetSocketAddress> voters) implements FirstVoters {}

    /** Those named with their directories, in the log itself. */
    record Initial(DynamicVoters voters) implements FirstVoters {}

    /**
     * None: this node joins a quorum that exists.
     *
     * @param servers who may be asked for it, without this node
     */
    record Others(List<InetSocketAddress> servers) implements FirstVoters {}

    static FirstVoters of(QuorumOptions options, QuorumSettings settings) {
        QuorumConfig quorum = settings.quorum();
        if (!quorum.voters().isEmpty()) {
            return new Configured(QuorumConfig.parseVoterConnections(quorum.voters()));
        }
        List<BrokerEndpoint> own = options.controllers().endpoints();
        List<InetSocketAddress> others =
                QuorumConfig.parseBootstrapServers(quorum.bootstrapServers()).stream()
                        .filter(server -> own.stream().noneMatch(self -> isSelf(server, self)))
                        .toList();
        if (own.isEmpty()) {
            return new Others(others);
        }
        String initial = settings.initialControllers();
        if (!initial.isBlank()) {
            return new Initial(DynamicVoters.parse(initial));
        }
        return others.isEmpty() ? new ThisNode() : new Others(others);
    }

    /** Who may know which cluster this is, other than this node. */
    default List<InetSocketAddress> others(int nodeId) {
        return switch (this) {
            case ThisNode self -> List.of();
            case Others(List<InetSocketAddress> servers) -> servers;
            case Configured(Map<Integer, InetSocketAddress> voters) ->
                    voters.entrySet().stream()
                            .filter(voter -> voter.getKey() != nodeId)
                            .map(Map.Entry::getValue)
                            .toList();
            case Initial(DynamicVoters voters) ->
                    voters.voters().values().stream()
                            .filter(voter -> voter.nodeId() != nodeId)
                            .map(voter ->
                                    InetSocketAddress.createUnresolved(voter.host(), voter.port()))
                            .toList();
        };
    }

    /** Whether this node makes the cluster's id where it can learn none. */
    default boolean mayFound(int nodeId) {
        return switch (this) {
            case ThisNode self -> true;
            case Others others -> false;
            case Configured(Map<Integer, InetSocketAddress> voters) ->
                    voters.keySet().stream().allMatch(id -> nodeId <= id)
                            && voters.containsKey(nodeId);
            case Initial(DynamicVoters voters) -> voters.voters().firstKey() == nodeId;
        };
    }

    private static boolean isSelf(InetSocketAddress server, BrokerEndpoint self) {
        if (server.getPort() != self.port()) {
            return false;
        }
        return server.getHostString().equals(self.host()) || isLocal(server.getHostString());
    }

    private static boolean isLocal(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException unknown) {
            return false;
        }
    }
}
