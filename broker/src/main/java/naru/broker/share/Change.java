package naru.broker.share;

import naru.coordination.share.StateBatch;

import java.util.List;

/**
 * Something that is to be written to the share coordinator.
 *
 * @param pending whether runs wait for it; otherwise it has happened already
 */
record Change(List<StateBatch> batches, boolean pending) {
    Change {
        batches = List.copyOf(batches);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
