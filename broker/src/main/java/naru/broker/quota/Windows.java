package naru.broker.quota;

/**
 * The samples over which a rate is measured.
 *
 * @param samples how many, at least 1 ({@code quota.window.num})
 * @param sampleMillis how long each lasts ({@code quota.window.size.seconds})
 */
public record Windows(int samples, long sampleMillis) {
    public static Windows ofSeconds(int samples, int sampleSeconds) {
        return new Windows(samples, sampleSeconds * 1000L);
    }

    /** After so long without an amount nothing is left of a rate. */
    long totalMillis() {
        return samples * sampleMillis;
    }
}
