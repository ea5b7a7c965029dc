package naru.simulation.cluster;

/** What may befall the brokers of a cluster, which loses nothing of what it has acknowledged. */
enum Climate {
    /** Any processes are killed, at any time, and no machine loses what was written. */
    KILLS,
    /** The power fails for one machine at a time, until its broker is back in sync. */
    ONE_MACHINE_AT_A_TIME,
    /** The power fails for any machines, and every topic acknowledges what is forced. */
    ALL_MACHINES_WITH_FSYNC;

    static Climate of(long seed) {
        return values()[(int) Math.floorMod(seed, 3L)];
    }

    boolean isForced() {
        return this == ALL_MACHINES_WITH_FSYNC;
    }
}
