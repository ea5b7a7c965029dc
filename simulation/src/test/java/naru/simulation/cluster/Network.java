package naru.simulation.cluster;

import naru.simulation.node.SimulatedTime;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * The ways between brokers, the controller and the clients. Each direction may be cut on its own;
 * what is under way then is lost, as is now and then a connection with what it carries. One
 * connection's messages wait for one another, those of different ones overtake.
 */
final class Network {
    static final int CONTROLLER = 0;
    static final int CLIENTS = -1;
    private static final int LONG_DELAY_MILLIS = 700;

    private record Way(int from, int to) {}

    private final SimulatedTime time;
    private final Random random;
    private final Set<Way> cuts = new HashSet<>();
    private double loss;
    private double slowness;

    Network(SimulatedTime time, Random random) {
        this.time = time;
        this.random = random;
    }

    void cut(int from, int to) {
        cuts.add(new Way(from, to));
    }

    void mend(int from, int to) {
        cuts.remove(new Way(from, to));
    }

    /** So many messages of one are lost with their connection, and so many are late. */
    void trouble(double lost, double late) {
        loss = lost;
        slowness = late;
    }

    void mendAll() {
        cuts.clear();
        trouble(0, 0);
    }

    boolean isCut(int from, int to) {
        return cuts.contains(new Way(from, to));
    }

    private long delay() {
        return random.nextDouble() < slowness
                ? random.nextInt(LONG_DELAY_MILLIS)
                : random.nextInt(4);
    }

    /** Lets something arrive after a while, if it does. */
    void carry(int from, int to, Runnable arrival) {
        if (isCut(from, to) || (loss > 0 && random.nextDouble() < loss)) {
            return;
        }
        time.after(
                delay(),
                () -> {
                    if (!isCut(from, to)) {
                        arrival.run();
                    }
                });
    }
}
