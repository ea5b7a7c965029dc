package naru.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

class CommandLineTest {
    @Test
    void bareCommandTeachesHowToStart() {
        CommandRun run = CommandRun.of();

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().findFirst())
                .hasValueSatisfying(first -> assertThat(first).contains("naru start"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start --help",
                "topics --help",
                "topics list --help",
                "topics describe --help",
                "topics create --help",
                "topics alter --help",
                "topics delete --help",
                "produce --help",
                "consume --help",
                "groups --help",
                "groups list --help",
                "groups describe --help",
                "groups reset-offsets --help",
                "groups delete --help",
                "groups delete-offsets --help",
                "transactions --help",
                "transactions list --help",
                "transactions describe --help",
                "transactions find-hanging --help",
                "transactions abort --help",
                "configs --help",
                "configs describe --help",
                "configs set --help",
                "configs unset --help",
                "cluster --help",
                "cluster status --help",
                "cluster elect --help",
                "cluster balance --help",
                "cluster remove --help",
                "cluster describe --help",
                "cluster features --help",
                "cluster quorum --help",
                "cluster log-dirs --help",
                "log --help",
                "log dump --help",
                "completion --help",
                "version --help"
            })
    void everyCommandHasHelp(String line) {
        CommandRun run = CommandRun.of(line.split(" ", -1));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Usage: naru " + line.replace(" --help", ""));
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tpics",
                "topics create",
                "topics create t -p many",
                "topics list -o xml",
                "configs set topic t retention.ms",
                "groups reset-offsets g --topic t",
                "groups reset-offsets g --topic t --to-latest --to-earliest",
                "transactions abort t:0",
                "cluster balance",
                "cluster balance --plan --now",
                "cluster remove",
                "cluster remove three",
                "start --set listeners"
            })
    void whatIsNotUnderstoodEndsWithTwo(String line) {
        CommandRun run = CommandRun.of(line.split(" ", -1));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("naru: ").contains("--help");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void mistypedCommandIsCorrected() {
        assertThat(CommandRun.of("topcs", "list").err()).contains("topics");
    }

    @Test
    void clusterThatIsNotThereIsToldAtOnceWithTheMend() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        CommandRun run = CommandRun.of("topics", "list", "--bootstrap", "127.0.0.1:" + port);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo(
                        "naru: cannot reach 127.0.0.1:"
                                + port
                                + ": connection refused. Is a node running there? Start one with:"
                                + " naru start\n");
    }

    @Test
    void missingCommandConfigIsToldByName() {
        CommandRun run = CommandRun.of("topics", "list", "--command-config", "no-such-file");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("no-such-file").contains("--command-config");
    }

    @Test
    void optionsThatExcludeEachOtherAreRefused() {
        CommandRun run = CommandRun.of("consume", "t", "--from-beginning", "--offset", "3");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("only one of");
    }

    @Test
    void completionKnowsTheCommands() {
        CommandRun run = CommandRun.of("completion", "bash");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("_complete_naru")
                .contains("reset-offsets")
                .contains("./naru");
    }
}
