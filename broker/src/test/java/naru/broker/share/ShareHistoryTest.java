package naru.broker.share;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.share.Acquisition.Acknowledgement;
import naru.broker.share.Acquisition.Acquired;
import naru.broker.share.Acquisition.Found;
import naru.broker.share.Acquisition.Wish;
import naru.coordination.share.StateBatch;
import naru.coordination.share.StateBatches;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Random histories of a share partition with failed writes, time-outs and crashes, against a plain
 * model with one entry for each record.
 */
class ShareHistoryTest {
    private static final int RECORDS = 400;
    private static final int LIMIT = 4;
    private static final ShareRules RULES = new ShareRules(1_000, LIMIT, 60, true, false, false);

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("naru.seeds", 300));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noRecordIsHeldByTwoOrLostAndAcceptedOnesNeverComeBack(long seed) {
        new History(seed).run();
    }

    private static final class History {
        final long seed;
        final Random random;
        SharePartition partition = new SharePartition(0, List.of(), RULES);
        long now = 1_000_000;

        /** What the coordinator keeps. */
        long storedStart;

        List<StateBatch> stored = List.of();

        /** Who holds each record, until when, and how often it was delivered since the load. */
        final Map<Long, String> holders = new HashMap<>();

        final Map<Long, Long> deadlines = new HashMap<>();
        final Map<Long, Integer> deliveries = new HashMap<>();
        final Set<Long> accepted = new HashSet<>();
        final Set<Long> finished = new HashSet<>();

        History(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        void run() {
            for (int step = 0; step < 600; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> acquire();
                    case 4, 5, 6 -> acknowledge();
                    case 7 -> expire();
                    case 8 -> release();
                    default -> {
                        if (random.nextInt(8) == 0) {
                            crash();
                        }
                    }
                }
                check();
            }
            drain();
        }

        String member() {
            return "m" + random.nextInt(4);
        }

        List<Found> log(long from) {
            List<Found> batches = new ArrayList<>();
            for (long first = from - from % 5; first < RECORDS; first += 5) {
                batches.add(new Found(first, Math.min(RECORDS, first + 5) - 1, true));
            }
            return batches;
        }

        void acquire() {
            String member = member();
            Wish wish =
                    new Wish(1 + random.nextInt(20), 1 + random.nextInt(10), random.nextBoolean());
            List<Found> log = log(partition.nextFetchOffset());
            for (Acquired acquired : partition.acquire(member, wish, log, RULES, now)) {
                for (long offset = acquired.first(); offset <= acquired.last(); offset++) {
                    assertThat(holders.put(offset, member))
                            .as("seed %d: %d is held by another", seed, offset)
                            .isNull();
                    assertThat(accepted).as("seed %d: accepted once", seed).doesNotContain(offset);
                    assertThat(finished).as("seed %d: given up once", seed).doesNotContain(offset);
                    deadlines.put(offset, now + RULES.lockMillis());
                    assertThat((int) acquired.deliveryCount())
                            .as("seed %d: deliveries of %d", seed, offset)
                            .isEqualTo(deliveries.merge(offset, 1, Integer::sum));
                }
            }
        }

        void acknowledge() {
            String member = member();
            List<Long> held =
                    holders.keySet().stream()
                            .filter(offset -> member.equals(holders.get(offset)))
                            .sorted()
                            .filter(offset -> random.nextInt(3) > 0)
                            .toList();
            List<Acknowledgement> all = new ArrayList<>();
            Map<Long, Byte> types = new HashMap<>();
            for (long offset : held) {
                byte type = (byte) random.nextInt(5);
                types.put(offset, type);
                all.add(new Acknowledgement(offset, offset, List.of(type)));
            }
            Settling.Outcome outcome = partition.acknowledge(member, all, RULES, now);
            assertThat(outcome)
                    .as("seed %d: the holder may", seed)
                    .isInstanceOf(Settling.Settled.class);
            types.forEach((offset, type) -> {
                if (type == Acquisition.RENEW) {
                    deadlines.put(offset, now + RULES.lockMillis());
                }
            });
            Change change = ((Settling.Settled) outcome).change();
            if (change == null) {
                return;
            }
            if (random.nextInt(4) == 0) {
                partition.notWritten(change);
                return;
            }
            store(change);
            partition.written(change);
            types.forEach(this::onSettled);
        }

        void onSettled(long offset, byte type) {
            switch (type) {
                case Acquisition.ACCEPT -> accepted.add(offset);
                case Acquisition.GAP, Acquisition.REJECT -> finished.add(offset);
                case Acquisition.RELEASE -> giveBack(offset);
                default -> {
                    return;
                }
            }
            holders.remove(offset);
        }

        void giveBack(long offset) {
            if (deliveries.getOrDefault(offset, 0) >= LIMIT) {
                finished.add(offset);
            }
        }

        void store(Change change) {
            SharePartition.Write write = partition.write(List.of(change));
            assertThat(write.startOffset())
                    .as("seed %d: the start grows", seed)
                    .isGreaterThanOrEqualTo(storedStart);
            storedStart = write.startOffset();
            stored = StateBatches.combine(stored, write.batches(), storedStart);
        }

        void expire() {
            now += random.nextInt(800);
            Change change = partition.expire(RULES, now);
            if (change != null) {
                store(change);
            }
            for (long offset : List.copyOf(holders.keySet())) {
                if (deadlines.getOrDefault(offset, 0L) <= now) {
                    holders.remove(offset);
                    giveBack(offset);
                }
            }
        }

        void release() {
            String member = member();
            Change change = partition.release(member, RULES);
            if (change != null) {
                store(change);
            }
            for (long offset : List.copyOf(holders.keySet())) {
                if (member.equals(holders.get(offset))) {
                    holders.remove(offset);
                    giveBack(offset);
                }
            }
        }

        /** All that was not written is forgotten: who held what, and deliveries not given back. */
        void crash() {
            partition = new SharePartition(storedStart, stored, RULES);
            for (long offset : List.copyOf(holders.keySet())) {
                holders.remove(offset);
                int before = deliveries.merge(offset, -1, Integer::sum);
                assertThat(before).isNotNegative();
            }
        }

        void check() {
            Set<Long> held = new HashSet<>();
            for (Run run : partition.runs()) {
                String holder = run.holder;
                for (long offset = run.first; offset <= run.last && holder != null; offset++) {
                    held.add(offset);
                    assertThat(holders)
                            .as("seed %d: holder of %d", seed, offset)
                            .containsEntry(offset, holder);
                }
            }
            assertThat(held).as("seed %d", seed).isEqualTo(holders.keySet());
            assertThat(partition.runCount())
                    .as("seed %d: bounded", seed)
                    .isLessThanOrEqualTo(RULES.maxRecordLocks() + 5);
        }

        /** Everything that is left is delivered in the end. */
        void drain() {
            now += 10_000;
            expire();
            for (int round = 0;
                    round < 10 * RECORDS && partition.startOffset() < RECORDS;
                    round++) {
                acquireAll();
            }
            assertThat(partition.startOffset())
                    .as("seed %d: nothing is lost", seed)
                    .isEqualTo(RECORDS);
            Set<Long> settled = new HashSet<>(accepted);
            settled.addAll(finished);
            assertThat(settled).as("seed %d: nothing is lost", seed).hasSize(RECORDS);
        }

        void acquireAll() {
            acquire();
            for (String member : List.of("m0", "m1", "m2", "m3")) {
                List<Acknowledgement> all =
                        holders.keySet().stream()
                                .filter(offset -> member.equals(holders.get(offset)))
                                .sorted()
                                .map(offset ->
                                        new Acknowledgement(
                                                offset, offset, List.of(Acquisition.ACCEPT)))
                                .toList();
                if (partition.acknowledge(member, all, RULES, now)
                                instanceof Settling.Settled(Change change, long deadline)
                        && change != null) {
                    store(change);
                    partition.written(change);
                    all.forEach(each -> onSettled(each.first(), Acquisition.ACCEPT));
                }
            }
        }
    }
}
