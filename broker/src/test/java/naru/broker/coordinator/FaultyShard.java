package naru.broker.coordinator;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;
import naru.coordination.Shard;
import naru.coordination.group.GroupCommand;

import java.util.List;

/** A shard with a bug: it does not take a certain record, nor any marker. */
final class FaultyShard implements Shard<GroupCommand> {
    private final Shard<GroupCommand> shard;
    private long failOn = Long.MAX_VALUE;
    private long applied;
    private boolean recordsWhenLoaded;

    FaultyShard(Shard<GroupCommand> shard) {
        this.shard = shard;
    }

    void recordWhenLoaded() {
        recordsWhenLoaded = true;
    }

    /** Counted from 1 on. */
    void failOn(long record) {
        failOn = record;
    }

    @Override
    public Decision decide(GroupCommand command, long nowMillis) {
        return shard.decide(command, nowMillis);
    }

    @Override
    public long nextDeadlineMillis() {
        return shard.nextDeadlineMillis();
    }

    @Override
    public Decision onDeadline(long nowMillis) {
        return shard.onDeadline(nowMillis);
    }

    @Override
    public void apply(CoordinatorRecord record) {
        if (++applied == failOn) {
            throw new IllegalStateException("the test's bug");
        }
        shard.apply(record);
    }

    @Override
    public void applyTransactional(long producerId, CoordinatorRecord record) {
        shard.applyTransactional(producerId, record);
    }

    @Override
    public void applyTransactionEnd(long producerId, boolean committed) {
        throw new IllegalStateException("the test's bug");
    }

    @Override
    public Decision onLoaded(long nowMillis) {
        return recordsWhenLoaded
                ? new Decision(List.of(new CoordinatorRecord(new byte[] {0, 99}, null)), List.of())
                : shard.onLoaded(nowMillis);
    }

    @Override
    public List<Decision.Reply> onUnloaded(long nowMillis) {
        return shard.onUnloaded(nowMillis);
    }
}
