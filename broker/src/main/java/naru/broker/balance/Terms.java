package naru.broker.balance;

/**
 * What counts as uneven.
 *
 * @param threshold how far a node may be from the mean, as a part of it
 * @param mostMoves after which a plan ends
 * @param leaders whether leadership may be moved
 * @param bytesFloor a mean below it counts as it: what is small need not be even
 * @param rateFloor likewise, bytes per second
 */
public record Terms(
        double threshold, int mostMoves, boolean leaders, double bytesFloor, double rateFloor) {
    private static final double BYTES_FLOOR = 1L << 30;
    private static final double RATE_FLOOR = 1L << 20;

    public Terms {
        if (!(threshold > 0) || mostMoves < 1 || bytesFloor < 1 || rateFloor < 1) {
            throw new IllegalArgumentException("no terms: " + threshold + ", " + mostMoves);
        }
    }

    public static Terms of(double threshold, int mostMoves, boolean leaders) {
        return new Terms(threshold, mostMoves, leaders, BYTES_FLOOR, RATE_FLOOR);
    }
}
