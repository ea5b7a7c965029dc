package naru.broker.transport;

/** What a client's library says of itself (KIP-511). */
public record ClientSoftware(String name, String version) {
    public static final ClientSoftware UNKNOWN = new ClientSoftware("unknown", "unknown");
}
