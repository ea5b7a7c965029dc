package naru.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import naru.broker.partition.Followers.AfterRefusal;
import naru.broker.partition.Followers.Change;
import naru.broker.partition.Followers.Member;
import naru.broker.partition.Followers.Seen;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

class FollowersTest {
    private static final int LEADER = 1;
    private static final int EPOCH = 5;
    private static final long LAG = 1_000;

    private final Map<Integer, Long> epochs = new HashMap<>(Map.of(2, 20L, 3, 30L));
    private final Set<Integer> fenced = new HashSet<>();
    private long now = 10_000;
    private long end = 100;
    private long highWatermark = 90;

    private Followers followers = followers(List.of(1, 2, 3));

    private Followers followers(List<Integer> inSync) {
        return new Followers(LEADER, state(inSync, 7), 95, new SetRules(), now);
    }

    private final class SetRules implements Followers.Rules {
        @Override
        public long mostLagMillis() {
            return LAG;
        }

        @Override
        public boolean mayBeInSync(int broker, long brokerEpoch, @Nullable Uuid directory) {
            return !DirectoryId.LOST.equals(directory)
                    && !fenced.contains(broker)
                    && (brokerEpoch < 0 || epochs.getOrDefault(broker, -2L) == brokerEpoch);
        }
    }

    private static PartitionState state(List<Integer> inSync, int partitionEpoch) {
        return state(inSync, partitionEpoch, Uuid.ZERO_UUID);
    }

    private static PartitionState state(
            List<Integer> inSync, int partitionEpoch, Uuid directoryOfThird) {
        return new PartitionState(
                List.of(1, 2, 3),
                inSync,
                List.of(),
                List.of(),
                List.of(Uuid.ZERO_UUID, Uuid.ZERO_UUID, directoryOfThird),
                LEADER,
                EPOCH,
                partitionEpoch,
                List.of(),
                List.of());
    }

    private Seen fetch(int broker, long offset) {
        return followers.onFetch(broker, requireNonNull(epochs.get(broker)), offset, 0, end, now);
    }

    private long advance(int minInSync) {
        highWatermark = followers.highWatermark(end, highWatermark, end, minInSync, now);
        return highWatermark;
    }

    private Change change(boolean leaves) {
        return requireNonNull(followers.change(highWatermark, end, now, leaves));
    }

    @Test
    void aNewLeaderMovesNothingUntilAllInSyncHaveFetched() {
        assertThat(advance(1)).isEqualTo(90);
        fetch(2, 100);
        assertThat(advance(1)).isEqualTo(90);
        fetch(3, 97);
        assertThat(advance(1)).isEqualTo(97);
    }

    @Test
    void theHighWatermarkNeverFalls() {
        fetch(2, 100);
        fetch(3, 100);
        assertThat(advance(1)).isEqualTo(100);
        fetch(3, 60);
        assertThat(advance(1)).isEqualTo(100);
    }

    @Test
    void tooFewInSyncHoldTheHighWatermark() {
        followers = followers(List.of(1));
        assertThat(advance(2)).isEqualTo(90);
        assertThat(advance(1)).isEqualTo(100);
    }

    @Test
    void oneOutOfSyncThatKeepsPaceHoldsItSoThatItCanJoin() {
        followers = followers(List.of(1, 2));
        fetch(2, 100);
        fetch(3, 100);
        end = 120;
        fetch(2, 120);
        assertThat(advance(1)).isEqualTo(100);
        now += LAG + 1;
        assertThat(advance(1)).isEqualTo(120);
    }

    @Test
    void oneThatHasLostItsFolderHoldsNothingAndDoesNotJoin() {
        fetch(2, 100);
        fetch(3, 100);
        assertThat(advance(1)).isEqualTo(100);
        end = 120;
        fetch(2, 120);
        followers.adopt(state(List.of(1, 2), 8, DirectoryId.LOST));
        assertThat(followers.mayJoin(3, highWatermark)).isFalse();
        assertThat(advance(1)).isEqualTo(120);
    }

    @Test
    void aFollowerJoinsAtTheHighWatermarkAndTheStartOfTheReign() {
        followers = followers(List.of(1, 2));
        fetch(3, 94);
        assertThat(followers.mayJoin(3, highWatermark)).isFalse();
        fetch(3, 95);
        assertThat(followers.mayJoin(3, highWatermark)).isTrue();
        highWatermark = 96;
        assertThat(followers.mayJoin(3, highWatermark)).isFalse();
    }

    @Test
    void whoIsFencedOrOfAFormerRunDoesNotJoin() {
        followers = followers(List.of(1, 2));
        fetch(3, 100);
        fenced.add(3);
        assertThat(followers.mayJoin(3, highWatermark)).isFalse();
        fenced.clear();
        epochs.put(3, 31L);
        assertThat(followers.mayJoin(3, highWatermark)).isFalse();
        fetch(3, 100);
        assertThat(followers.mayJoin(3, highWatermark)).isTrue();
        assertThat(followers.onFetch(3, 30, 100, 0, end, now)).isEqualTo(Seen.FORMER_RUN);
    }

    @Test
    void whoIsAskedToJoinCountsBeforeTheAnswer() {
        followers = followers(List.of(1, 2));
        fetch(2, 100);
        fetch(3, 95);
        Change change = change(false);
        assertThat(change.inSync())
                .containsExactly(new Member(1, -1), new Member(2, 20), new Member(3, 30));
        now += LAG + 1;
        end = 130;
        fetch(2, 130);
        assertThat(advance(1)).isEqualTo(95);
        assertThat(followers.change(highWatermark, end, now, true)).isNull();
        assertThat(followers.accepted(change, EPOCH, List.of(1, 2, 3), 8)).isTrue();
        assertThat(followers.inSync()).containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    void whoIsAskedToLeaveCountsUntilTheAnswer() {
        fetch(2, 100);
        fetch(3, 95);
        now += LAG + 1;
        fetch(2, 100);
        Change change = change(true);
        assertThat(change.inSync()).extracting(Member::broker).containsExactly(1, 2);
        assertThat(advance(1)).isEqualTo(95);
        assertThat(followers.accepted(change, EPOCH, List.of(1, 2), 8)).isTrue();
        assertThat(advance(1)).isEqualTo(100);
    }

    @Test
    void whoHasAllDoesNotLeaveHoweverLongItIsSilent() {
        fetch(2, 100);
        fetch(3, 100);
        now += 10 * LAG;
        assertThat(followers.change(highWatermark, end, now, true)).isNull();
    }

    @Test
    void anOldAnswerChangesNothing() {
        fetch(2, 100);
        now += LAG + 1;
        fetch(2, 100);
        Change change = change(true);
        followers.adopt(state(List.of(1, 3), 9));
        assertThat(followers.accepted(change, EPOCH, List.of(1, 2), 8)).isFalse();
        assertThat(followers.inSync()).containsExactlyInAnyOrder(1, 3);
        assertThat(followers.awaits(change)).isFalse();
    }

    @Test
    void aRefusalForgetsAsksAgainOrAwaitsTheMetadata() {
        now += LAG + 1;
        fetch(2, 100);
        Change change = change(true);
        assertThat(followers.refused(change, Errors.NOT_CONTROLLER)).isEqualTo(AfterRefusal.AGAIN);
        assertThat(followers.refused(change, Errors.INVALID_UPDATE_VERSION))
                .isEqualTo(AfterRefusal.AWAIT_METADATA);
        assertThat(followers.awaits(change)).isTrue();
        assertThat(followers.refused(change, Errors.INELIGIBLE_REPLICA))
                .isEqualTo(AfterRefusal.DROPPED);
        assertThat(followers.awaits(change)).isFalse();
    }

    @Test
    void aStrangerIsNoFollower() {
        assertThat(followers.onFetch(9, 1, 100, 0, end, now)).isEqualTo(Seen.UNKNOWN_REPLICA);
    }

    @Test
    void deletionIsOverWhenAllLiveReplicasHaveDeleted() {
        assertThat(followers.lowWatermark(50)).isEqualTo(-1);
        followers.onFetch(2, 20, 100, 50, end, now);
        followers.onFetch(3, 30, 100, 40, end, now);
        assertThat(followers.lowWatermark(50)).isEqualTo(40);
        fenced.add(3);
        assertThat(followers.lowWatermark(50)).isEqualTo(50);
    }
}
