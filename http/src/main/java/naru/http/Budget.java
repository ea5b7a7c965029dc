package naru.http;

import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Memory that all requests together may hold for one purpose. Any thread. */
public final class Budget {
    private static final int UNIT_BYTES = 1_024;

    private final Semaphore units;
    private final int most;
    private final int patienceMillis;
    private final String purpose;

    /**
     * @param purpose for the sentence of a refusal
     * @param patienceMillis for which a request waits for others to give back
     */
    public Budget(String purpose, long bytes, int patienceMillis) {
        this.purpose = purpose;
        this.most = Math.toIntExact(bytes / UNIT_BYTES);
        this.units = new Semaphore(most);
        this.patienceMillis = patienceMillis;
    }

    /**
     * Waits until there is room for so many bytes more. What is larger than the whole budget takes
     * all of it.
     *
     * @return units, to be given back
     * @throws Refusal 429 when there was no room for too long
     */
    public int take(long bytes) throws InterruptedException {
        return takeMore(0, bytes);
    }

    /**
     * As {@link #take}, for who holds some already and is to get no more than the whole budget.
     *
     * @param held units
     */
    public int takeMore(int held, long bytes) throws InterruptedException {
        int wanted = (int) Math.min(bytes / UNIT_BYTES + 1, most - held);
        if (!units.tryAcquire(wanted, patienceMillis, TimeUnit.MILLISECONDS)) {
            throw new Refusal(
                    429,
                    42901,
                    "Too much is under way: %s hold %d MB, which is the most; try again"
                            .formatted(purpose, ((long) most * UNIT_BYTES) >> 20));
        }
        return wanted;
    }

    /**
     * As {@link #take}, but waits for nobody.
     *
     * @return units, to be given back; none when there is no room just now
     */
    public OptionalInt takeNow(long bytes) {
        int wanted = (int) Math.min(bytes / UNIT_BYTES + 1, most);
        return units.tryAcquire(wanted) ? OptionalInt.of(wanted) : OptionalInt.empty();
    }

    public void giveBack(int taken) {
        units.release(taken);
    }

    /** What nobody holds just now. */
    public int freeUnits() {
        return units.availablePermits();
    }
}
