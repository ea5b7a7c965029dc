package naru.quorum;

import naru.quorum.network.ControllerNetwork;
import naru.quorum.network.ControllerNetwork.Lane;
import naru.quorum.network.MessageRequest;

import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks other controllers which cluster they are of, before this node's folder is formatted.
 *
 * <p>Threads: the starter's, which waits.
 */
final class ClusterIdInquiry {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterIdInquiry.class);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ControllerNetwork network;
    private final List<InetSocketAddress> others;
    private final Duration bound;

    ClusterIdInquiry(ControllerNetwork network, List<InetSocketAddress> others, Duration bound) {
        this.network = network;
        this.others = others;
        this.bound = bound;
    }

    /**
     * @param mayFound whether this node makes an id where no other answers, instead of waiting
     * @throws StorageRefusedException when nobody answers within the bound
     */
    String clusterId(boolean mayFound) throws InterruptedException {
        if (others.isEmpty()) {
            return Uuid.randomUuid().toString();
        }
        LOG.info("this folder is new; asking {} which cluster it is to be part of", others);
        long deadline = System.nanoTime() + bound.toNanos();
        while (true) {
            Round round = new Round();
            String answer = round.answer();
            if (answer != null) {
                LOG.info("this node becomes part of the cluster {}", answer);
                return answer;
            } else if (mayFound) {
                return Uuid.randomUuid().toString();
            } else if (System.nanoTime() > deadline) {
                throw new StorageRefusedException(
                        "None of the controllers %s says which cluster this node is to be part of (%s); start one of them first, or set naru.cluster.id to the cluster's id"
                                .formatted(others, round.obstacle));
            }
            round.pause();
        }
    }

    /** One question to all. */
    private final class Round {
        private final CompletableFuture<@Nullable String> first = new CompletableFuture<>();
        private volatile String obstacle = "no answer";

        @Nullable String answer() throws InterruptedException {
            AtomicInteger open = new AtomicInteger(others.size());
            for (int i = 0; i < others.size(); i++) {
                InetSocketAddress address = others.get(i);
                Node node = new Node(-2 - i, address.getHostString(), address.getPort());
                var _ =
                        network.send(Lane.MEMBERSHIP, node, question(), ANSWER_WITHIN)
                                .whenComplete((response, failure) -> {
                                    take(response, failure);
                                    if (open.decrementAndGet() == 0) {
                                        first.complete(null);
                                    }
                                });
            }
            try {
                return first.get(ANSWER_WITHIN.toMillis() * 2, TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException silent) {
                return null;
            }
        }

        private void take(@Nullable AbstractResponse response, @Nullable Throwable failure) {
            if (response != null
                    && response.data() instanceof DescribeClusterResponseData data
                    && data.errorCode() == Errors.NONE.code()) {
                first.complete(data.clusterId());
            } else if (failure != null) {
                obstacle = String.valueOf(Requests.cause(failure).getMessage());
            }
        }

        void pause() throws InterruptedException {
            var _ = new CountDownLatch(1).await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static MessageRequest question() {
        return new MessageRequest(
                new DescribeClusterRequestData().setEndpointType(EndpointType.CONTROLLER.id()));
    }
}
