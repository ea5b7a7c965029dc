package naru.log;

/** {@code leaderEpoch} and {@code endOffset} are -1 when nothing is known of such an epoch. */
public record EpochEnd(int leaderEpoch, long endOffset) {}
