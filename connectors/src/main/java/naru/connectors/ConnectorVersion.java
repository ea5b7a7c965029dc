package naru.connectors;

/** The version of this build, as its jar says. */
public final class ConnectorVersion {
    private ConnectorVersion() {}

    public static String text() {
        String version = ConnectorVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
