package naru.broker.share;

/**
 * What holds for a share group at the moment.
 *
 * @param lockMillis how long a record is held without a word
 * @param deliveryCountLimit deliveries after which a record is given up
 * @param maxRecordLocks offsets of one partition that may be in flight
 * @param renewal whether holders may ask for more time
 * @param deadLetters whether there is a dead-letter topic
 * @param committedOnly {@code read_committed}
 */
record ShareRules(
        int lockMillis,
        int deliveryCountLimit,
        int maxRecordLocks,
        boolean renewal,
        boolean deadLetters,
        boolean committedOnly) {}
