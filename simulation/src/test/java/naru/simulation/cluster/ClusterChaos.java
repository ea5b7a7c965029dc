package naru.simulation.cluster;

import naru.quorum.ClusterImage.PartitionState;
import naru.simulation.disk.DiskFaults.Kind;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Random;

/**
 * What befalls a cluster: brokers that are killed, held up, stopped, all at once too; machines
 * without power; disks that refuse and are full; ways that are cut in one direction or both, slow,
 * or lose connections; metadata that come late; leaders that are to change.
 */
final class ClusterChaos {
    private static final int LONGEST_PEACE_MILLIS = 500;
    private static final int LONGEST_DOWN_MILLIS = 2_000;
    private static final int LONGEST_CUT_MILLIS = 2_500;
    private static final int RESTART_MILLIS = 800;
    private static final List<Kind> REFUSED =
            List.of(Kind.WRITE, Kind.FORCE, Kind.TRUNCATE, Kind.NAME, Kind.FORCE_FOLDER);

    private final Cluster cluster;
    private final Random random;
    private boolean over;
    private @Nullable Machine unpowered;

    ClusterChaos(Cluster cluster) {
        this.cluster = cluster;
        this.random = cluster.random();
    }

    void begin() {
        cluster.machines().forEach(this::start);
        if (!cluster.plant().direct(this)) {
            cluster.time().after(1_500, this::strike);
        }
    }

    /** The power of this machine fails at that time, and comes back. */
    void losePower(int id, int atMillis, int downMillis) {
        Machine machine = cluster.machine(id);
        cluster.time()
                .after(
                        atMillis,
                        () -> {
                            cluster.note("broker " + id + " has no power");
                            machine.die(true);
                            cluster.time().after(downMillis, () -> start(machine));
                        });
    }

    /** The broker is held up from that time on. */
    void holdUp(int id, int atMillis, int millis) {
        cluster.time().after(atMillis, () -> pause(cluster.machine(id), millis));
    }

    /** No more of it: everything that is down begins, and everything that is cut is mended. */
    void end() {
        over = true;
        cluster.network().mendAll();
        for (Machine machine : cluster.machines()) {
            machine.faultsEnd();
            if (machine.isPaused()) {
                machine.resume();
            }
            cluster.time().after(RESTART_MILLIS, () -> restartStuck(machine));
        }
    }

    private void restartStuck(Machine machine) {
        if (machine.isStuck()) {
            restart(machine, machine.run());
        }
    }

    /** Called after each event: who has died by itself begins again. */
    void look() {
        for (Machine machine : cluster.machines()) {
            if (machine.isBroken()) {
                crash(machine);
            }
        }
        Machine last = unpowered;
        if (last != null && last.isUp() && isInSyncEverywhere(last.id())) {
            unpowered = null;
        }
    }

    private boolean isInSyncEverywhere(int id) {
        for (PartitionState state : states()) {
            if (!state.inSyncReplicas().contains(id)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the controller would have it lead nowhere, even if nobody else could. */
    private boolean isElectedNowhere(int id) {
        for (PartitionState state : states()) {
            if (state.inSyncReplicas().contains(id)
                    || state.eligibleLeaderReplicas().contains(id)
                    || state.lastKnownEligibleLeaderReplicas().contains(id)) {
                return false;
            }
        }
        return true;
    }

    private List<PartitionState> states() {
        ModelImage image = cluster.controller().newest();
        return image.partitions().stream().map(image::state).toList();
    }

    private void strike() {
        if (over) {
            return;
        }
        Machine machine = cluster.anyMachine();
        switch (random.nextInt(20)) {
            case 0, 1 -> crash(machine);
            case 2 -> dieSoon(machine);
            case 3 -> stop(machine);
            case 4, 5 -> pause(machine, random.nextInt(3 * ModelController.SESSION_MILLIS));
            case 6 -> crashAll();
            case 7 -> refuse(machine);
            case 8 -> fillUp(machine);
            case 9, 10 -> isolate(machine);
            case 11 -> cutPair(machine, cluster.anyMachine());
            case 12 -> cutFromController(machine);
            case 13 -> cutFromClients(machine);
            case 14 -> beDeaf(machine);
            case 15, 16 -> elect(machine);
            case 17 ->
                    cluster.network().trouble(random.nextDouble() * 0.1, random.nextDouble() * 0.1);
            default -> cluster.network().trouble(0, 0);
        }
        cluster.time().after(50 + random.nextInt(LONGEST_PEACE_MILLIS), this::strike);
    }

    // ---- brokers

    /**
     * Whether a process may die uncleanly: while a machine has lost what others hold for it, and
     * the controller could elect it all the same, the others may not. After the second unclean stop
     * of two that were in sync, it elects the last that led (KIP-966).
     */
    private boolean mayDie(Machine machine) {
        Machine last = unpowered;
        return last == null || last == machine || isElectedNowhere(last.id());
    }

    /** Whether its power may fail: only when all others have all, or all is forced. */
    private boolean mayLosePower(Machine machine) {
        return switch (cluster.climate()) {
            case KILLS -> false;
            case ALL_MACHINES_WITH_FSYNC -> true;
            case ONE_MACHINE_AT_A_TIME ->
                    (unpowered == null && areAllInSync() && areOthersWell(machine));
        };
    }

    /** Whether no other has died that the controller does not know of, or is about to. */
    private boolean areOthersWell(Machine but) {
        for (Machine machine : cluster.machines()) {
            boolean isWell =
                    machine.isUp()
                            && machine.membership().isServing()
                            && !machine.isStuck()
                            && !machine.disk().faults().areAhead();
            if (machine != but && !isWell) {
                return false;
            }
        }
        return true;
    }

    private boolean areAllInSync() {
        for (PartitionState state : states()) {
            if (state.inSyncReplicas().size() < state.replicas().size()) {
                return false;
            }
        }
        return true;
    }

    /** The process has died, by itself or by us. */
    private void crash(Machine machine) {
        if (!machine.isUp() && !machine.isBroken()) {
            return;
        }
        if (!mayDie(machine) && !machine.isBroken()) {
            return;
        }
        boolean power = mayLosePower(machine) && random.nextBoolean();
        if (power && cluster.climate() == Climate.ONE_MACHINE_AT_A_TIME) {
            unpowered = machine;
        }
        cluster.note("broker " + machine.id() + (power ? " has no power" : " is killed"));
        machine.die(power);
        boolean soon = random.nextInt(3) == 0;
        cluster.time().after(random.nextInt(soon ? 60 : LONGEST_DOWN_MILLIS), () -> start(machine));
    }

    private void start(Machine machine) {
        if (machine.isUp()) {
            return;
        }
        if (!over && random.nextInt(10) == 0 && mayDie(machine)) {
            machine.faultsBegin();
            machine.disk().faults().dieAfter(random.nextInt(60));
        }
        cluster.note("broker " + machine.id() + " begins");
        if (!machine.start()) {
            machine.die(false);
            cluster.time().after(random.nextInt(200), () -> start(machine));
        }
    }

    private void dieSoon(Machine machine) {
        if (machine.isUp() && mayDie(machine)) {
            machine.faultsBegin();
            machine.disk().faults().dieAfter(random.nextInt(80));
        }
    }

    private void crashAll() {
        if (random.nextBoolean()) {
            cluster.machines().forEach(this::crash);
        }
    }

    private void stop(Machine machine) {
        if (machine.isUp() && !machine.isPaused()) {
            cluster.note("broker " + machine.id() + " is to stop");
            machine.leave(() -> {
                cluster.note("broker " + machine.id() + " has stopped");
                machine.die(false);
                cluster.time().after(random.nextInt(LONGEST_DOWN_MILLIS), () -> start(machine));
            });
        }
    }

    private void pause(Machine machine, int millis) {
        if (machine.isUp() && !machine.isPaused()) {
            cluster.note("broker " + machine.id() + " is held up for " + millis);
            machine.pause();
            long run = machine.run();
            cluster.time()
                    .after(
                            millis,
                            () -> {
                                if (machine.run() == run && machine.isPaused()) {
                                    cluster.note("broker " + machine.id() + " goes on");
                                    machine.resume();
                                }
                            });
        }
    }

    private void beDeaf(Machine machine) {
        if (machine.isUp()) {
            int millis = random.nextInt(2_000);
            cluster.note("broker " + machine.id() + " hears no metadata for " + millis);
            machine.membership().beDeaf(millis);
        }
    }

    private void elect(Machine machine) {
        List<TopicPartition> all = cluster.controller().newest().partitions();
        cluster.controller().elect(all.get(random.nextInt(all.size())), machine.id());
    }

    // ---- disks

    private void refuse(Machine machine) {
        if (machine.isUp() && mayDie(machine)) {
            Kind kind = REFUSED.get(random.nextInt(REFUSED.size()));
            cluster.note("the disk of " + machine.id() + " refuses: " + kind);
            machine.faultsBegin();
            machine.disk().faults().fail(kind, random.nextInt(20), 1 + random.nextInt(3));
            long run = machine.run();
            cluster.time().after(random.nextInt(800), () -> restart(machine, run));
        }
    }

    /** A log that could not be synced takes no more writes until its broker begins anew. */
    private void restart(Machine machine, long run) {
        if (machine.run() == run && machine.isUp()) {
            if (mayDie(machine)) {
                crash(machine);
            } else {
                cluster.time().after(100, () -> restart(machine, run));
            }
        }
    }

    private void fillUp(Machine machine) {
        if (!machine.isUp() || !mayDie(machine)) {
            return;
        }
        cluster.note("the disk of " + machine.id() + " is full");
        machine.faultsBegin();
        machine.disk().faults().fullAfter(random.nextInt(3_000));
        cluster.time()
                .after(
                        random.nextInt(1_500),
                        () -> {
                            cluster.note("the disk of " + machine.id() + " has room");
                            machine.disk().faults().fullAfter(Long.MAX_VALUE);
                        });
    }

    // ---- the network

    private void cut(int from, int to, int millis) {
        Network network = cluster.network();
        network.cut(from, to);
        cluster.time().after(millis, () -> network.mend(from, to));
    }

    /** In one direction or both. */
    private void cutWays(int one, int other, int millis) {
        int ways = random.nextInt(4);
        cluster.note(
                "%d and %d are cut for %d %s"
                        .formatted(
                                one,
                                other,
                                millis,
                                ways == 0 ? "one way" : ways == 1 ? "the other way" : ""));
        if (ways != 1) {
            cut(one, other, millis);
        }
        if (ways != 0) {
            cut(other, one, millis);
        }
    }

    private int duration() {
        return random.nextInt(LONGEST_CUT_MILLIS);
    }

    /** From the other brokers, and perhaps from the controller; clients may still reach it. */
    private void isolate(Machine machine) {
        int millis = duration();
        for (int other : Cluster.IDS) {
            if (other != machine.id()) {
                cutWays(machine.id(), other, millis);
            }
        }
        if (random.nextBoolean()) {
            cutWays(machine.id(), Network.CONTROLLER, millis);
        }
        if (random.nextInt(3) == 0) {
            cutWays(machine.id(), Network.CLIENTS, millis);
        }
    }

    private void cutPair(Machine one, Machine other) {
        if (one != other) {
            cutWays(one.id(), other.id(), duration());
        }
    }

    private void cutFromController(Machine machine) {
        cutWays(machine.id(), Network.CONTROLLER, duration());
    }

    private void cutFromClients(Machine machine) {
        cutWays(machine.id(), Network.CLIENTS, duration());
    }
}
