package naru.broker.quota;

/** What is measured together. Empty stands for the part that does not count. */
record Entity(String user, String clientId) {
    private static final int LONGEST = 200;

    static Entity of(QuotaRules.Scope scope, String user, String clientId) {
        return switch (scope) {
            case USER_AND_CLIENT -> new Entity(shortened(user), shortened(clientId));
            case USER -> new Entity(shortened(user), "");
            case CLIENT -> new Entity("", shortened(clientId));
        };
    }

    /** Strangers choose client ids, and the table keeps them. */
    private static String shortened(String name) {
        return name.length() <= LONGEST
                ? name
                : name.substring(0, LONGEST) + '#' + name.length() + '#' + name.hashCode();
    }
}
