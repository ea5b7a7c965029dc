package naru.log.producer;

/** Sequence numbers run from 0 to {@link Integer#MAX_VALUE} and begin again at 0. */
final class Sequences {
    private Sequences() {}

    static int plus(int sequence, int delta) {
        return (int) ((sequence + (long) delta) & Integer.MAX_VALUE);
    }

    static int minus(int sequence, int delta) {
        return (int) ((sequence - (long) delta) & Integer.MAX_VALUE);
    }

    static boolean follows(int last, int next) {
        return next == last + 1L || (next == 0 && last == Integer.MAX_VALUE);
    }
}
