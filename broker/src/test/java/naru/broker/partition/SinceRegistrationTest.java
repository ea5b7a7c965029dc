package naru.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage.BrokerNode;

import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

class SinceRegistrationTest {
    private static final OneTopic TOPIC = OneTopic.of("topic", new Uuid(1, 1), 1, 5);
    private static final ClusterChange NOTHING =
            new ClusterChange(
                    List.of(), List.of(), Set.of(), true, ClusterChange.AccessRuleChange.NONE);

    private final List<ClusterChange> heard = new ArrayList<>();
    private long brokerEpoch = -1;
    private final SinceRegistration listener =
            new SinceRegistration(1, () -> brokerEpoch, (change, image) -> heard.add(change));

    private static OneTopic withBroker(long epoch) {
        return TOPIC.with(new BrokerNode(1, epoch, true, false, null, List.of(), List.of(), true));
    }

    @Test
    void nothingIsHeardOfTheRunBefore() {
        listener.onImage(NOTHING, withBroker(3));
        brokerEpoch = 8;
        listener.onImage(NOTHING, withBroker(3));
        listener.onImage(NOTHING, TOPIC);

        assertThat(heard).isEmpty();
    }

    @Test
    void firstImageOfTheRegisteredBrokerIsHeardWhole() {
        listener.onImage(NOTHING, withBroker(3));
        brokerEpoch = 8;
        listener.onImage(NOTHING, withBroker(8));
        listener.onImage(NOTHING, withBroker(8));

        assertThat(heard).hasSize(2);
        assertThat(heard.getFirst().changedTopics())
                .extracting(ClusterChange.TopicChange::name)
                .containsExactly("topic");
        assertThat(heard.getLast()).isEqualTo(NOTHING);
    }

    /** A controller that has forgotten the broker gives it another epoch, and it goes on. */
    @Test
    void brokerThatIsRegisteredAgainGoesOnHearing() {
        brokerEpoch = 8;
        listener.onImage(NOTHING, withBroker(8));
        brokerEpoch = -1;
        listener.onImage(NOTHING, withBroker(8));

        assertThat(heard).hasSize(2);
    }
}
