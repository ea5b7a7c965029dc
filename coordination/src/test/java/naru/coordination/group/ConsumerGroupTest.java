package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class ConsumerGroupTest {
    private final ShardRun run = new ShardRun();
    private final ConsumerClient one = ConsumerClient.dynamic(run, "one", "a");
    private final ConsumerClient two = ConsumerClient.dynamic(run, "two", "a");

    @BeforeEach
    void topics() {
        run.surroundings().topic("a", 4);
        run.surroundings().topic("b", 2);
    }

    private DescribedGroup group() {
        long ticket =
                run.send(t -> new GroupCommand.ConsumerGroupDescribe(t, List.of(ShardRun.GROUP)));
        return run.reply(ticket, ConsumerGroupDescribeResponseData.class).groups().getFirst();
    }

    @Test
    void firstMemberHasEverythingWithTheFirstAnswer() {
        assertThat(one.beat()).isEqualTo(Errors.NONE);

        assertThat(one.owned()).containsExactly("a0", "a1", "a2", "a3");
        assertThat(one.epoch()).isEqualTo(1);
        assertThat(group().groupState()).isEqualTo("Stable");
    }

    @Test
    void secondMemberGetsPartitionsWhenTheFirstHasGivenThemUp() {
        one.beat();
        two.beat();
        assertThat(two.owned()).isEmpty();
        assertThat(group().groupState()).isEqualTo("Reconciling");

        ConsumerGroupHeartbeatResponseData told = one.answered(one.request());
        two.beat();
        assertThat(two.owned()).as("before the first has said so").isEmpty();
        one.take(told);
        assertThat(one.owned()).hasSize(2);
        one.beat();
        two.beat();

        assertThat(two.owned()).hasSize(2).doesNotContainAnyElementsOf(one.owned());
        assertThat(one.epoch()).isEqualTo(2);
        assertThat(two.epoch()).isEqualTo(2);
        assertThat(group().groupState()).isEqualTo("Stable");
    }

    @Test
    void partitionsOfAMemberThatLeavesGoToTheOther() {
        one.beat();
        two.beat();
        assertThat(one.leave()).isEqualTo(Errors.NONE);
        two.beat();

        assertThat(two.owned()).hasSize(4);
        assertThat(group().members()).hasSize(1);
    }

    @Test
    void silentMemberIsRemovedAfterItsSession() {
        one.beat();
        run.pass(30_000);
        two.beat();
        run.pass(20_000);
        two.beat();

        assertThat(two.owned()).hasSize(4);
        assertThat(one.beat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void memberThatDoesNotRevokeInTimeIsRemoved() {
        one.beat();
        two.beat();
        one.answered(one.request());
        for (int i = 0; i < 7; i++) {
            run.pass(10_000);
            two.beat();
            one.answered(one.shortRequest());
        }

        assertThat(two.owned()).hasSize(4);
    }

    @Test
    void groupThatWasReloadedGoesOnWhereItWas() {
        one.beat();
        two.beat();
        run.failOver();
        one.beat();
        one.beat();
        two.beat();

        assertThat(two.owned()).hasSize(2).doesNotContainAnyElementsOf(one.owned());
    }

    @Test
    void newPartitionsAreAssignedWithoutAnybodyAsking() {
        one.beat();
        run.surroundings().topic("a", 6);
        run.pass(1_000);
        one.beat();

        assertThat(one.owned()).hasSize(6);
        assertThat(one.epoch()).isEqualTo(2);
    }

    @Test
    void waitingMemberIsAskedToComeBackSoon() {
        assertThat(one.answered(one.request()).heartbeatIntervalMs()).isEqualTo(100);
        assertThat(two.answered(two.request()).heartbeatIntervalMs()).isEqualTo(50);
    }
}
