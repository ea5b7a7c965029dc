package naru.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import naru.app.explain.GroupFacts.Member;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

/** What is said of a group follows from what its cluster told. */
class GroupExplainerTest {
    private static final long NOW = 1_000_000;
    private static final TopicPartition ZERO = new TopicPartition("orders", 0);
    private static final TopicPartition ONE = new TopicPartition("orders", 1);

    private static Member member(
            String name, Set<TopicPartition> assigned, @Nullable Set<TopicPartition> target) {
        return new Member(name, "app", "/10.0.0.7", assigned, target, null);
    }

    private static PartitionFacts place(
            TopicPartition partition,
            long committed,
            long end,
            long committedLater,
            long endLater) {
        return new PartitionFacts(
                partition,
                committed,
                0L,
                end,
                end,
                committedLater,
                endLater,
                committed < end ? (Long) (NOW - 65_000) : null);
    }

    private static String said(String state, List<Member> members, PartitionFacts... places) {
        return said("classic", state, members, places);
    }

    private static String said(
            String type, String state, List<Member> members, PartitionFacts... places) {
        GroupFacts facts =
                new GroupFacts("billing", type, state, null, members, List.of(places), 2_000, NOW);
        StringBuilder text = new StringBuilder();
        for (Finding finding : GroupExplainer.explain(facts)) {
            text.append(finding.level()).append(": ").append(finding.sentence()).append('\n');
        }
        return text.toString();
    }

    @Test
    void aGroupThatHasReadAllIsFine() {
        assertThat(
                        said(
                                "stable",
                                List.of(member("m", Set.of(ZERO), null)),
                                place(ZERO, 5, 5, 5, 5)))
                .isEqualTo(
                        "fine: billing is a classic group, stable, with 1 member; it has read all"
                                + " that there is in 1 partition.\n");
    }

    @Test
    void membersOfAShareGroupTakeFromOnePartitionTogether() {
        List<Member> members =
                List.of(member("a", Set.of(ZERO), null), member("b", Set.of(ZERO), null));
        assertThat(said("share", "stable", members, place(ZERO, 10, 50, 30, 60)))
                .contains("with 2 members")
                .contains("2 members took 20 in 2 s and have caught up in about 8 s")
                .doesNotContain("Nobody reads");
        assertThat(said("share", "stable", members, place(ZERO, 10, 50, 10, 60)))
                .contains("2 members have acknowledged nothing for 2 s: they are slow, stuck");
    }

    @Test
    void withoutMembersNobodyReads() {
        assertThat(said("empty", List.of(), place(ZERO, 2, 5, 2, 5)))
                .contains("3 records wait for it, the oldest for 65 s")
                .contains("problem: Nobody reads");
    }

    @Test
    void aMemberThatDoesNotMoveIsNamed() {
        assertThat(
                        said(
                                "stable",
                                List.of(member("m", Set.of(ZERO), null)),
                                place(ZERO, 2, 5, 2, 9)))
                .contains(
                        "notable: orders-0: 3 records wait (the first for 65 s), and m (app at"
                                + " 10.0.0.7) has committed nothing for 2 s");
    }

    @Test
    void aLagThatGrowsIsAProblem() {
        assertThat(
                        said(
                                "stable",
                                List.of(member("m", Set.of(ZERO), null)),
                                place(ZERO, 2, 5, 3, 9)))
                .contains("problem: orders-0")
                .contains("4 records in 2 s came in, and m (app at 10.0.0.7) took 1");
    }

    @Test
    void aLagThatShrinksTellsWhenItIsOver() {
        assertThat(
                        said(
                                "stable",
                                List.of(member("m", Set.of(ZERO), null)),
                                place(ZERO, 0, 100, 20, 110)))
                .contains("fine: orders-0")
                .contains("has caught up in about 20 s");
    }

    @Test
    void recordsDeletedUnreadAreAProblem() {
        PartitionFacts lost = new PartitionFacts(ZERO, 3L, 7L, 9L, 9L, 3L, 9L, null);
        assertThat(said("empty", List.of(), lost))
                .contains("problem: orders-0: 4 records were deleted before the group read them");
    }

    @Test
    void aPlaceBeyondTheEndSpeaksOfATopicMadeAnew() {
        assertThat(said("empty", List.of(), place(ZERO, 9, 2, 9, 2)))
                .contains("beyond the end at 2");
    }

    @Test
    void anOpenTransactionIsWhatReadersWaitFor() {
        PartitionFacts held = new PartitionFacts(ZERO, 4L, 0L, 9L, 4L, 4L, 9L, NOW - 5);
        assertThat(said("stable", List.of(member("m", Set.of(ZERO), null)), held))
                .contains("behind an open transaction, which starts at offset 4");
    }

    @Test
    void aPartitionWithoutAnswerIsTold() {
        PartitionFacts silent = new PartitionFacts(ZERO, 4L, null, null, null, 4L, null, null);
        assertThat(said("stable", List.of(member("m", Set.of(ZERO), null)), silent))
                .contains("problem: orders-0 does not answer");
    }

    @Test
    void whoHoldsARebalanceUpIsNamed() {
        Member owner = member("old", Set.of(ZERO, ONE), Set.of(ZERO));
        Member waiting = member("new", Set.of(), Set.of(ONE));
        assertThat(said("reconciling", List.of(owner, waiting), place(ZERO, 5, 5, 5, 5)))
                .contains(
                        "new (app at 10.0.0.7) is to have orders-1 and waits for old (app at"
                                + " 10.0.0.7) to give it up");
    }

    @Test
    void aClassicRebalanceWaitsForMembers() {
        assertThat(said("preparingrebalance", List.of(member("m", Set.of(), null))))
                .contains("A rebalance is under way")
                .doesNotContain("no partition");
    }

    @Test
    void idleMembersAndUnreadPartitionsAreNamed() {
        assertThat(
                        said(
                                "stable",
                                List.of(
                                        member("busy", Set.of(ZERO), null),
                                        member("idle", Set.of(), null)),
                                place(ZERO, 5, 5, 5, 5),
                                place(ONE, 1, 5, 1, 5)))
                .contains("A member has no partition: idle (app at 10.0.0.7)")
                .contains("No member reads orders-1");
    }
}
