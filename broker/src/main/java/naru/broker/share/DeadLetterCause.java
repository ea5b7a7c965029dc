package naru.broker.share;

/** Why a record goes to the dead-letter topic. The messages are those of KIP-1191. */
enum DeadLetterCause {
    REJECTED("Offset rejected by client."),
    DELIVERED_TOO_OFTEN("Offset delivery count exceeded the threshold.");

    private final String message;

    DeadLetterCause(String message) {
        this.message = message;
    }

    String message() {
        return message;
    }
}
