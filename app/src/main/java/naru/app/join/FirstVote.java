package naru.app.join;

import naru.broker.newcomer.Newcomers;
import naru.broker.newcomer.Roster;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Waits until a node that has joined votes. From then on its folder no longer says that it joins
 * the voters by itself: when it is taken out one day, it stays away.
 *
 * <p>One virtual thread, which ends with the wait.
 */
public final class FirstVote {
    private static final long LOOK_EVERY_MILLIS = 250;
    private static final long PATIENCE_SECONDS = 60;

    private final Newcomers cluster;
    private final NodeFolder folder;
    private final Consumer<Roster> whenVoting;
    private final Consumer<String> whenLate;

    /**
     * @param whenLate told once what keeps the node from voting
     */
    public FirstVote(
            Newcomers cluster,
            NodeFolder folder,
            Consumer<Roster> whenVoting,
            Consumer<String> whenLate) {
        this.cluster = cluster;
        this.folder = folder;
        this.whenVoting = whenVoting;
        this.whenLate = whenLate;
    }

    public void start() {
        Thread.ofVirtual().name("naru-first-vote").start(this::await);
    }

    private void await() {
        long patientUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        boolean told = false;
        String obstacle = "it is not among the voters";
        try {
            while (true) {
                try {
                    Roster roster = cluster.roster().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    if (roster.voters().contains(cluster.nodeId())) {
                        folder.joinNoMore();
                        whenVoting.accept(roster);
                        return;
                    }
                } catch (ExecutionException | TimeoutException noAnswer) {
                    obstacle = String.valueOf(noAnswer.getMessage());
                }
                if (!told && System.nanoTime() - patientUntil > 0) {
                    told = true;
                    whenLate.accept(obstacle);
                }
                var _ = new CountDownLatch(1).await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
