package naru.http;

/** Whether a service does its work. */
public sealed interface Condition {
    /** Nobody has asked for anything, and it has made nothing yet. */
    record Asleep() implements Condition {}

    record Up() implements Condition {}

    /**
     * It accepts requests and cannot do what they ask for.
     *
     * @param why the cause and the mend, in a sentence
     */
    record Down(String why) implements Condition {}
}
