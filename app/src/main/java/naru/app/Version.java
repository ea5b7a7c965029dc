package naru.app;

import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.IVersionProvider;

/** Which Naru this is, and on what it runs. */
final class Version implements IVersionProvider {
    static String ofNaru() {
        @Nullable String packaged = Version.class.getPackage().getImplementationVersion();
        return packaged == null ? "unpackaged" : packaged;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "naru " + ofNaru(),
            "kafka-clients " + AppInfoParser.getVersion(),
            "java "
                    + Runtime.version()
                    + " on "
                    + System.getProperty("os.name")
                    + " "
                    + System.getProperty("os.arch")
        };
    }
}
