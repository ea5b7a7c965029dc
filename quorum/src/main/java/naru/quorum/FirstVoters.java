package naru.quorum;

import org.apache.kafka.raft.QuorumConfig;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Whom a metadata log starts with when it does not exist yet. */
enum FirstVoters {
    /** This node alone, in the log itself (KIP-853). */
    THIS_NODE,
    /** Those in {@code controller.quorum.voters}. */
    CONFIGURED,
    /** None: this node joins a quorum that exists. */
    OTHERS;

    static FirstVoters of(QuorumOptions options, QuorumSettings settings) {
        QuorumConfig quorum = settings.quorum();
        if (!quorum.voters().isEmpty()) {
            return CONFIGURED;
        }
        boolean alone =
                QuorumConfig.parseBootstrapServers(quorum.bootstrapServers()).stream()
                        .allMatch(server -> isSelf(server, options.controllerEndpoint()));
        return alone ? THIS_NODE : OTHERS;
    }

    private static boolean isSelf(InetSocketAddress server, ClusterImage.BrokerEndpoint self) {
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
