package naru.broker.quota;

/** Numbers as the protocol can tell them. */
final class Quantities {
    private Quantities() {}

    static int millis(long millis) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, millis));
    }
}
