package naru.simulation;

import java.util.List;

/** What may befall the node, and what it has to keep then. */
enum Weather {
    /** Processes are killed and disks refuse; what is acknowledged is kept. */
    KILLS,
    /** The power fails too, and every topic acknowledges what is forced: it is kept. */
    POWER_CUTS_WITH_FSYNC,
    /**
     * The power fails, and topics acknowledge what is in the page cache: what survives is what was
     * written first, without holes.
     */
    POWER_CUTS_WITHOUT_FSYNC;

    static Weather of(long seed) {
        return List.of(values()).get(Math.floorMod(seed, 3));
    }
}
