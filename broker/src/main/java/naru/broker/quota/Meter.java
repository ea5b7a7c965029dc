package naru.broker.quota;

/** Measures one entity. Any thread. */
interface Meter {
    /** Whether forgetting it now loses nothing. */
    boolean isIdle(long nowMillis);
}
