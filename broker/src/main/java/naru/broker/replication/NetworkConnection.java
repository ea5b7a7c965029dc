package naru.broker.replication;

import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** A connection over Kafka's client library. */
final class NetworkConnection implements PeerConnection {
    private final PeerNetwork network;
    private final int broker;
    private final String purpose;
    private final Object opening = new Object();
    private @Nullable NetworkClient client;
    private @Nullable Node address;
    private boolean aborted;

    NetworkConnection(PeerNetwork network, int broker, String purpose) {
        this.network = network;
        this.broker = broker;
        this.purpose = purpose;
    }

    @Override
    public ApiMessage exchange(AbstractRequest.Builder<?> request) throws IOException {
        NetworkClient open = client();
        Node node = network.address(broker);
        if (node == null) {
            throw new IOException("its address is not known");
        }
        try {
            if (address != null && !address.equals(node)) {
                open.close(address.idString());
            }
            address = node;
            int timeout = network.requestTimeoutMillis();
            if (!NetworkClientUtils.awaitReady(open, node, Time.SYSTEM, timeout)) {
                throw new IOException(node + " was not reached within " + timeout + " ms");
            }
            ClientRequest sent =
                    open.newClientRequest(
                            node.idString(), request, Time.SYSTEM.milliseconds(), true);
            ClientResponse answer = NetworkClientUtils.sendAndReceive(open, sent, Time.SYSTEM);
            return answer.responseBody().data();
        } catch (KafkaException | IllegalStateException refused) {
            open.close(node.idString());
            throw new IOException(String.valueOf(refused.getMessage()), refused);
        } catch (IOException lost) {
            open.close(node.idString());
            throw lost;
        }
    }

    private NetworkClient client() throws IOException {
        synchronized (opening) {
            if (aborted) {
                throw new IOException("the connection was ended");
            }
            if (client == null) {
                try {
                    client = network.open(purpose);
                } catch (KafkaException refused) {
                    throw new IOException(String.valueOf(refused.getMessage()), refused);
                }
            }
            return client;
        }
    }

    @Override
    public void abort() {
        synchronized (opening) {
            aborted = true;
            if (client != null) {
                client.initiateClose();
            }
        }
    }

    @Override
    public void close() {
        synchronized (opening) {
            aborted = true;
            if (client != null) {
                client.close();
            }
        }
    }
}
