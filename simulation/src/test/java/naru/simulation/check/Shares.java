package naru.simulation.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Who holds which record of a queue, as the members can know it. */
public final class Shares {
    private static final class Delivery {
        String holder = "";
        long untilMillis;
        int count;
        int life;
        boolean mayBeFree;
    }

    private final Map<Long, Delivery> deliveries = new HashMap<>();
    private final Set<Long> accepted = new HashSet<>();
    private final Set<Long> rejected = new HashSet<>();
    private final int lockMillis;
    private final int limit;
    private int life;

    public Shares(int lockMillis, int limit) {
        this.lockMillis = lockMillis;
        this.limit = limit;
    }

    /** The node gives the records to the member at this moment. */
    public void acquired(String member, long first, long last, int count, long nowMillis) {
        for (long offset = first; offset <= last; offset++) {
            acquired(member, offset, count, nowMillis);
        }
    }

    private void acquired(String member, long offset, int count, long nowMillis) {
        if (accepted.contains(offset)) {
            throw new Violation("record %d was accepted and goes to %s".formatted(offset, member));
        }
        if (rejected.contains(offset)) {
            throw new Violation("record %d was rejected and goes to %s".formatted(offset, member));
        }
        Delivery delivery = deliveries.computeIfAbsent(offset, any -> new Delivery());
        boolean held =
                delivery.life == life
                        && !delivery.holder.isEmpty()
                        && !delivery.mayBeFree
                        && delivery.untilMillis > nowMillis;
        if (held) {
            throw new Violation(
                    "record %d is held by %s until %d and goes to %s at %d"
                            .formatted(
                                    offset,
                                    delivery.holder,
                                    delivery.untilMillis,
                                    member,
                                    nowMillis));
        }
        if (count > limit || count < 1 || count > delivery.count + 1) {
            throw new Violation(
                    "record %d is delivered for time %d, before it was %d"
                            .formatted(offset, count, delivery.count));
        }
        if (delivery.life == life && count != delivery.count + 1) {
            throw new Violation(
                    "record %d is delivered for time %d, before it was %d, without a stop between"
                            .formatted(offset, count, delivery.count));
        }
        delivery.holder = member;
        delivery.untilMillis = nowMillis + lockMillis;
        delivery.count = count;
        delivery.life = life;
        delivery.mayBeFree = false;
    }

    /** The member says something about the record that ends its hold, or may. */
    public void settling(long offset, String member) {
        Delivery delivery = deliveries.get(offset);
        if (delivery != null && delivery.holder.equals(member)) {
            delivery.mayBeFree = true;
        }
    }

    public void accepted(long offset) {
        accepted.add(offset);
    }

    public void rejected(long offset) {
        rejected.add(offset);
    }

    /** The member was told that its hold goes on, at the latest since this time. */
    public void renewed(String member, long offset, long askedMillis, int lifeOfAsking) {
        Delivery delivery = deliveries.get(offset);
        if (delivery != null && delivery.life == lifeOfAsking && delivery.holder.equals(member)) {
            delivery.untilMillis = Math.max(delivery.untilMillis, askedMillis + lockMillis);
        }
    }

    /** The member has gone: what it held is free. */
    public void gone(String member) {
        deliveries
                .values()
                .forEach(delivery -> {
                    if (delivery.holder.equals(member)) {
                        delivery.mayBeFree = true;
                    }
                });
    }

    /** The node was stopped: who held what is forgotten, and deliveries that were not recorded. */
    public void stopped() {
        life++;
    }

    public int life() {
        return life;
    }

    public boolean isSettled(long offset) {
        Delivery delivery = deliveries.get(offset);
        return accepted.contains(offset)
                || rejected.contains(offset)
                || (delivery != null && (delivery.mayBeFree || delivery.count >= limit));
    }

    public int acceptedCount() {
        return accepted.size();
    }
}
