package naru.http;

/** Says whether a client is who it says it is. Any thread may ask; asking may block. */
@FunctionalInterface
public interface Login {
    /** Everybody is let in, nobody is asked. */
    Login OPEN = credentials -> Identity.EVERYBODY;

    /**
     * @throws Refusal 401 when the credentials are missing or wrong, 503 when they cannot be proved
     *     now
     */
    Identity prove(Credentials credentials);
}
