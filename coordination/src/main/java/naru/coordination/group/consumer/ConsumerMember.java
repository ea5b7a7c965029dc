package naru.coordination.group.consumer;

import naru.coordination.group.modern.ModernMember;

import org.jspecify.annotations.Nullable;

/** A member of a consumer group of the newer protocol, at one time. */
record ConsumerMember(String id, Subscription subscription, Holding holding)
        implements ModernMember {

    static ConsumerMember named(String id) {
        return new ConsumerMember(id, Subscription.NONE, Holding.NONE);
    }

    @Override
    public @Nullable String instanceId() {
        return subscription.instanceId();
    }

    @Override
    public int epoch() {
        return holding.epoch();
    }

    boolean isClassic() {
        return subscription.classic() != null;
    }

    boolean isStableAt(int targetEpoch) {
        return holding.standing() == Standing.STABLE && holding.epoch() == targetEpoch;
    }

    ConsumerMember with(Subscription next) {
        return new ConsumerMember(id, next, holding);
    }

    ConsumerMember with(Holding next) {
        return new ConsumerMember(id, subscription, next);
    }
}
