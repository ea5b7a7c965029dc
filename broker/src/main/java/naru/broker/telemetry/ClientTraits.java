package naru.broker.telemetry;

/**
 * What a subscription can match a client by.
 *
 * @param instanceId the client instance's id as text
 */
public record ClientTraits(
        String clientId,
        String instanceId,
        String softwareName,
        String softwareVersion,
        String address,
        int port) {
    private static final int LONGEST = 200;

    public ClientTraits {
        clientId = shortened(clientId);
        softwareName = shortened(softwareName);
        softwareVersion = shortened(softwareVersion);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** Empty for a selector that there is not. */
    String of(String selector) {
        return switch (selector) {
            case "client_id" -> clientId;
            case "client_instance_id" -> instanceId;
            case "client_software_name" -> softwareName;
            case "client_software_version" -> softwareVersion;
            case "client_source_address" -> address;
            case "client_source_port" -> Integer.toString(port);
            default -> "";
        };
    }
}
