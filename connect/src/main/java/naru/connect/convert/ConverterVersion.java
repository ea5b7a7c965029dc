package naru.connect.convert;

/** The version that our converters say they have. */
final class ConverterVersion {
    static final String OURS = version();

    private ConverterVersion() {}

    private static String version() {
        String version = ConverterVersion.class.getPackage().getImplementationVersion();
        return version == null ? "0.1.0" : version;
    }
}
