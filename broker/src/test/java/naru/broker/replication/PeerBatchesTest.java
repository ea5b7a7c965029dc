package naru.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.coordinator.Alarm;

import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** Questions that are gathered, with words for questions. */
class PeerBatchesTest {
    private final ScriptedPeers peers = new ScriptedPeers();
    private final Queue<Runnable> soon = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();
    private final PeerBatches<String> batches =
            new PeerBatches<>(
                    peers,
                    new Alarm() {
                        @Override
                        public void after(long delayMillis, Runnable task) {
                            throw new AssertionError("nothing waits for a time");
                        }

                        @Override
                        public void soon(Runnable task) {
                            soon.add(task);
                        }
                    },
                    1_000,
                    Words::new);

    /** Takes words of which no two begin alike. */
    private final class Words implements PeerBatches.Batch<String> {
        private final List<String> words = new ArrayList<>();

        @Override
        public boolean add(String word) {
            return words.stream().noneMatch(other -> other.charAt(0) == word.charAt(0))
                    && words.add(word);
        }

        @Override
        public AbstractRequest.Builder<?> request() {
            return new ApiVersionsRequest.Builder();
        }

        @Override
        public void onAnswer(ApiMessage answer) {
            told.add("answered " + words);
        }

        @Override
        public void onFailure(String why) {
            told.add("failed " + words);
        }
    }

    private void pass() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    private void answer() {
        peers.next().answer().complete(new ApiVersionsResponseData());
        pass();
    }

    @Test
    void whatIsAskedTogetherLeavesInOneRequest() {
        batches.ask(2, "apple");
        batches.ask(2, "bean");
        batches.ask(3, "corn");
        pass();
        assertThat(peers.underWay()).as("one for each broker").isEqualTo(2);
        answer();
        answer();
        assertThat(told).containsExactly("answered [apple, bean]", "answered [corn]");
    }

    @Test
    void whatDoesNotGoWithOthersLeavesWithTheNextRequest() {
        batches.ask(2, "apple");
        batches.ask(2, "almond");
        batches.ask(2, "bean");
        pass();
        answer();
        answer();
        assertThat(told).containsExactly("answered [apple, bean]", "answered [almond]");
    }

    @Test
    void restWaitsWhileFourRequestsAreUnderWayAndThenLeavesTogether() {
        for (String word : List.of("a1", "a2", "a3", "a4", "a5", "b6", "c7")) {
            batches.ask(2, word);
        }
        pass();
        assertThat(peers.underWay()).isEqualTo(4);
        answer();
        assertThat(told).containsExactly("answered [a1, b6, c7]");
        assertThat(peers.underWay()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            answer();
        }
        assertThat(told).hasSize(5).contains("answered [a5]");
        assertThat(peers.underWay()).isZero();
    }

    @Test
    void failureIsToldAndTheNextIsAskedAllTheSame() {
        batches.ask(2, "apple");
        pass();
        batches.ask(2, "bean");
        pass();
        peers.next().answer().completeExceptionally(new DisconnectException());
        pass();
        answer();
        assertThat(told).containsExactly("failed [apple]", "answered [bean]");
    }
}
