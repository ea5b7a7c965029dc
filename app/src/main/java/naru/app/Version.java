package naru.app;

import naru.app.terminal.Terminal;

import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

import java.util.concurrent.Callable;

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

    /** {@code naru version}. */
    @Command(
            name = "version",
            mixinStandardHelpOptions = true,
            description = "Says which Naru, Kafka client and Java these are.")
    static final class Show implements Callable<Integer> {
        private final Terminal terminal;

        Show(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            for (String line : new Version().getVersion()) {
                terminal.out().println(line);
            }
            return 0;
        }
    }
}
