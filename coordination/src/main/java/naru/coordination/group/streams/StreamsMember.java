package naru.coordination.group.streams;

import naru.coordination.group.modern.ModernMember;

import org.jspecify.annotations.Nullable;

/** A member of a streams group, at one time: one thread of an application. */
record StreamsMember(String id, Profile profile, Holding holding) implements ModernMember {

    static StreamsMember named(String id) {
        return new StreamsMember(id, Profile.NONE, Holding.NONE);
    }

    @Override
    public @Nullable String instanceId() {
        return profile.instanceId();
    }

    @Override
    public int epoch() {
        return holding.epoch();
    }

    boolean isStableAt(int targetEpoch) {
        return holding.standing() == Standing.STABLE && holding.epoch() == targetEpoch;
    }

    StreamsMember with(Profile next) {
        return new StreamsMember(id, next, holding);
    }

    StreamsMember with(Holding next) {
        return new StreamsMember(id, profile, next);
    }
}
