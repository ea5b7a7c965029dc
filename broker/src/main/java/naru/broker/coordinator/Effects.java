package naru.broker.coordinator;

import naru.coordination.Decision;

/**
 * Brings about what shards decide outside of themselves. Called when the decision's records are
 * committed, on any thread; must not block.
 *
 * @param <C> the commands of the shards
 */
@FunctionalInterface
public interface Effects<C> {
    void bringAbout(Decision.Effect effect, Decider<C> decider);

    /** The shard that decided, for as long as this broker leads its partition in that epoch. */
    interface Decider<C> {
        /** Tells the shard what came of it; nothing happens when it is not hosted any more. */
        void tell(C command);

        /** Whether there is still somebody to be told. */
        boolean isHosted();
    }

    /** For shards that decide none. */
    static <C> Effects<C> none() {
        return (effect, decider) -> {
            throw new IllegalStateException("nobody brings about " + effect);
        };
    }
}
