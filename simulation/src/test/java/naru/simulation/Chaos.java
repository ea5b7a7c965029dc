package naru.simulation;

import naru.log.LogStorageException;
import naru.simulation.disk.DiskFaults;
import naru.simulation.disk.DiskFaults.Kind;

import org.apache.kafka.common.TopicPartition;

import java.util.List;
import java.util.Map;
import java.util.Random;

/** What befalls the node: kills, power cuts, stops, a disk that refuses, time that flies. */
final class Chaos {
    private static final int LONGEST_PEACE_MILLIS = 600;
    private static final int LONGEST_DOWN_MILLIS = 60;
    private static final int MOST_STARTS = 12;

    private final Simulation simulation;
    private final Random random;
    private final Runnable onRestart;
    private boolean over;
    private int failedStarts;

    Chaos(Simulation simulation, Runnable onRestart) {
        this.simulation = simulation;
        this.random = simulation.random();
        this.onRestart = onRestart;
    }

    void begin() {
        start();
        keepHouse();
        later();
    }

    /** No more of it. */
    void end() {
        over = true;
        simulation.faultsEnd();
    }

    private void later() {
        simulation.after(50 + random.nextInt(LONGEST_PEACE_MILLIS), this::strike);
    }

    private void strike() {
        if (over) {
            return;
        }
        if (simulation.node() != null) {
            switch (random.nextInt(15)) {
                case 0, 1 -> crash();
                case 2, 3, 4 -> {
                    int changes = random.nextInt(80);
                    simulation.note("dies after " + changes + " changes");
                    simulation.faultsBegin();
                    simulation.disk().faults().dieAfter(changes);
                }
                case 5 -> stop();
                case 6 -> refuse();
                case 7 -> fillUp();
                case 8, 9 -> simulation.time().advance(random.nextInt(1_500));
                case 10 -> dieWithinHouse();
                case 11, 12, 13 -> move();
                default -> prune();
            }
        }
        later();
    }

    /** The process has died, by itself or by us. */
    void crash() {
        boolean power = simulation.weather() != Weather.KILLS && random.nextInt(2) == 0;
        if (power) {
            simulation.cutPower();
        } else {
            simulation.kill();
        }
        simulation.faultsEnd();
        simulation.after(random.nextInt(LONGEST_DOWN_MILLIS), this::start);
    }

    void stop() {
        simulation.stopCleanly();
        if (simulation.disk().isDead()) {
            crash();
        } else {
            simulation.disk().kill();
            simulation.faultsEnd();
            simulation.after(random.nextInt(LONGEST_DOWN_MILLIS), this::start);
        }
    }

    private void start() {
        if (!over && random.nextInt(6) == 0) {
            simulation.faultsBegin();
            simulation.disk().faults().dieAfter(random.nextInt(40));
        }
        if (!simulation.start()) {
            if (++failedStarts > MOST_STARTS) {
                throw new IllegalStateException("the node cannot be started");
            }
            crash();
            return;
        }
        failedStarts = 0;
        look();
        onRestart.run();
    }

    /** What survived a power cut is what was written first. */
    private void look() {
        Map<TopicPartition, Survivors> before = simulation.takeBefore();
        if (simulation.isForgetful()) {
            simulation.ledger().forgetHoles();
            for (TopicPartition partition : Topics.ALL) {
                before.putIfAbsent(
                        partition, Survivors.unknown(partition.equals(Topics.COMPACTED)));
            }
        }
        before.forEach((partition, survivors) -> {
            var log = simulation.log(partition);
            if (log != null) {
                survivors
                        .check(log, simulation.segmentsOf(partition))
                        .forEach(hole ->
                                simulation.ledger().forgetHole(partition, hole.from(), hole.to()));
            }
        });
        if (simulation.isForgetful()) {
            for (TopicPartition partition : Topics.ALL) {
                var log = simulation.log(partition);
                if (log != null) {
                    simulation.ledger().forget(partition, log.logEndOffset(), Long.MAX_VALUE);
                }
            }
        }
    }

    private void refuse() {
        List<Kind> kinds = List.of(Kind.values());
        Kind kind = kinds.get(random.nextInt(kinds.size()));
        simulation.note("the disk refuses: " + kind);
        simulation.faultsBegin();
        simulation.disk().faults().fail(kind, random.nextInt(20), 1 + random.nextInt(3));
        simulation.after(random.nextInt(400), this::crashUnlessDown);
    }

    private void crashUnlessDown() {
        if (!over && simulation.node() != null) {
            if (random.nextInt(4) == 0) {
                stop();
            } else {
                crash();
            }
        }
    }

    private void fillUp() {
        simulation.note("the disk is full");
        DiskFaults faults = simulation.disk().faults();
        faults.fullAfter(random.nextInt(3_000));
        simulation.faultsBegin();
        simulation.after(
                random.nextInt(300),
                () -> {
                    simulation.note("the disk has room");
                    simulation.disk().faults().fullAfter(Long.MAX_VALUE);
                });
    }

    private void dieWithinHouse() {
        var node = simulation.node();
        if (node != null) {
            simulation.note("dies in the house");
            simulation.faultsBegin();
            simulation.disk().faults().dieAfter(random.nextInt(60));
            simulation.time().advance(random.nextInt(1_000));
            node.keepHouse();
        }
    }

    private void move() {
        var node = simulation.node();
        if (node == null) {
            return;
        }
        TopicPartition partition = Topics.ALL.get(random.nextInt(Topics.ALL.size()));
        int folder = random.nextInt(2);
        simulation.note("moves " + partition + " to folder " + folder);
        try {
            node.move(partition, folder);
        } catch (LogStorageException refusal) {
            simulation.note("no move: " + refusal.getMessage());
        }
    }

    private void prune() {
        var node = simulation.node();
        if (node != null) {
            node.prune();
        }
    }

    private void keepHouse() {
        var node = simulation.node();
        if (node != null) {
            node.keepHouse();
        }
        simulation.after(1 + random.nextInt(40), this::keepHouse);
    }
}
