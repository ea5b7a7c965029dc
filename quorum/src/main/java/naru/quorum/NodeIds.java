package naru.quorum;

import java.util.AbstractList;
import java.util.RandomAccess;

/** A list over ids that Kafka's image holds and never changes. */
final class NodeIds extends AbstractList<Integer> implements RandomAccess {
    private final int[] ids;

    NodeIds(int[] ids) {
        this.ids = ids;
    }

    @Override
    public Integer get(int index) {
        return ids[index];
    }

    @Override
    public int size() {
        return ids.length;
    }
}
