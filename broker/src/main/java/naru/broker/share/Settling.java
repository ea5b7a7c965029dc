package naru.broker.share;

import naru.broker.share.Acquisition.Acknowledgement;
import naru.coordination.share.DeliveryState;
import naru.coordination.share.StateBatch;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** One member's acknowledgements of records in one share partition: first checked, then made. */
final class Settling {
    sealed interface Outcome {}

    /** Nothing has changed. */
    record Refused(Errors error, String message) implements Outcome {}

    /**
     * @param change to be written, or null when there is nothing
     * @param deadlineMillis of what was renewed
     */
    record Settled(@Nullable Change change, long deadlineMillis) implements Outcome {}

    private record Slice(long first, long last, byte type) {}

    private final Runs runs;
    private final String member;
    private final ShareRules rules;
    private final List<Slice> slices = new ArrayList<>();

    Settling(Runs runs, String member, ShareRules rules) {
        this.runs = runs;
        this.member = member;
        this.rules = rules;
    }

    @Nullable Refused check(List<Acknowledgement> all) {
        long from = runs.start();
        for (Acknowledgement one : all) {
            Refused refused = slice(one, from);
            if (refused != null) {
                return refused;
            }
            from = Math.max(from, one.last() + 1);
        }
        for (Slice slice : slices) {
            Refused refused = check(slice);
            if (refused != null) {
                return refused;
            }
        }
        return null;
    }

    /** Neighbouring records of one type become one slice; what is below the start is past. */
    private @Nullable Refused slice(Acknowledgement one, long from) {
        if (one.first() > one.last() || one.first() < 0) {
            return invalid("acknowledged offsets run from " + one.first() + " to " + one.last());
        }
        long count = one.last() - one.first() + 1;
        if (one.types().isEmpty() || (one.types().size() > 1 && one.types().size() != count)) {
            return invalid(
                    one.types().size() + " acknowledge types are given for " + count + " records");
        }
        for (byte type : one.types()) {
            if (type < Acquisition.GAP || type > Acquisition.RENEW) {
                return invalid("there is no acknowledge type " + type);
            }
        }
        if (one.last() < runs.start()) {
            return null;
        }
        if (one.first() < from && from > runs.start()) {
            return invalid("acknowledged offsets must be in order and not overlap");
        }
        if (one.last() >= runs.end()) {
            return invalid("offset " + one.last() + " was never acquired");
        }
        addSlices(one, Math.max(one.first(), runs.start()));
        return null;
    }

    private void addSlices(Acknowledgement one, long from) {
        List<Byte> types = one.types();
        if (types.size() == 1) {
            slices.add(new Slice(from, one.last(), types.getFirst()));
            return;
        }
        long begin = from;
        for (long offset = from; offset <= one.last(); offset++) {
            byte type = types.get((int) (offset - one.first()));
            if (offset == one.last() || types.get((int) (offset + 1 - one.first())) != type) {
                slices.add(new Slice(begin, offset, type));
                begin = offset + 1;
            }
        }
    }

    private @Nullable Refused check(Slice slice) {
        if (slice.type == Acquisition.RENEW && !rules.renewal()) {
            return invalid("renewing is not enabled for this group");
        }
        for (Run run : runs.touching(slice.first, slice.last)) {
            if (run.state != DeliveryState.ACQUIRED
                    || run.change != null
                    || !member.equals(run.holder)) {
                return new Refused(
                        Errors.INVALID_RECORD_STATE,
                        "the member does not hold the records from %d to %d"
                                .formatted(
                                        Math.max(run.first, slice.first),
                                        Math.min(run.last, slice.last)));
            }
        }
        return null;
    }

    private static Refused invalid(String message) {
        return new Refused(Errors.INVALID_REQUEST, message);
    }

    /** Makes what was checked. */
    Settled settle(long renewedUntilMillis) {
        List<Run> changing = new ArrayList<>();
        List<StateBatch> batches = new ArrayList<>();
        boolean renewed = false;
        for (Slice slice : slices) {
            for (Run run : runs.cut(slice.first, slice.last)) {
                if (slice.type == Acquisition.RENEW) {
                    run.deadlineMillis = renewedUntilMillis;
                    renewed = true;
                } else {
                    run.target = target(run, slice.type);
                    run.cause = cause(run, slice.type);
                    changing.add(run);
                    batches.add(run.as(run.target));
                }
            }
        }
        Change change = batches.isEmpty() ? null : new Change(batches, true);
        changing.forEach(run -> run.change = change);
        for (Slice slice : slices) {
            runs.join(slice.first, slice.last);
        }
        return new Settled(change, renewed ? renewedUntilMillis : SharePartition.NEVER);
    }

    private DeliveryState target(Run run, byte type) {
        return switch (type) {
            case Acquisition.ACCEPT -> DeliveryState.ACKNOWLEDGED;
            case Acquisition.RELEASE -> released(run, rules);
            case Acquisition.REJECT ->
                    rules.deadLetters() ? DeliveryState.ARCHIVING : DeliveryState.ARCHIVED;
            default -> DeliveryState.ARCHIVED;
        };
    }

    private static @Nullable DeadLetterCause cause(Run run, byte type) {
        if (run.target != DeliveryState.ARCHIVING) {
            return null;
        }
        return type == Acquisition.REJECT
                ? DeadLetterCause.REJECTED
                : DeadLetterCause.DELIVERED_TOO_OFTEN;
    }

    /** What becomes of a record that its holder gives back or has held for too long. */
    static DeliveryState released(Run run, ShareRules rules) {
        if (run.deliveryCount < rules.deliveryCountLimit()) {
            return DeliveryState.AVAILABLE;
        }
        return rules.deadLetters() ? DeliveryState.ARCHIVING : DeliveryState.ARCHIVED;
    }
}
