package naru.testkit.faults;

/**
 * A record that a copier has written.
 *
 * @param partition that it was copied from
 * @param transaction a name that no other transaction has
 * @param size how many records the transaction has
 */
record Copy(int partition, long offset, String value, String transaction, int size) {
    private static final String BETWEEN = "|";

    String text() {
        return String.join(BETWEEN, "" + partition, "" + offset, value, transaction, "" + size);
    }

    static Copy of(String text) {
        String[] parts = text.split("\\" + BETWEEN, -1);
        return new Copy(
                Integer.parseInt(parts[0]),
                Long.parseLong(parts[1]),
                parts[2],
                parts[3],
                Integer.parseInt(parts[4]));
    }
}
