package naru.broker.partition;

/** Told, on the metadata thread, when this broker begins or ceases to lead a partition. */
public interface LeadershipListener {
    void onLeading(Partition partition, int leaderEpoch);

    void onNotLeading(Partition partition);

    /** It follows another leader than before, or in another epoch, which few have to know. */
    default void onFollowing(Partition partition) {}
}
