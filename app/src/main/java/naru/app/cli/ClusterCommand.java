package naru.app.cli;

import naru.app.explain.Finding;
import naru.app.terminal.Json;
import naru.app.terminal.PlainText;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.function.ToIntFunction;

/** What all commands on a cluster have in common: the way there, and how results are shown. */
abstract class ClusterCommand {
    static final int OK = 0;
    static final int FAILED = 1;

    final Terminal terminal;

    @Option(
            names = {"-b", "--bootstrap"},
            paramLabel = "HOST:PORT",
            scope = ScopeType.INHERIT,
            description = {
                "Any server of the cluster, or several with commas.",
                "Default: NARU_BOOTSTRAP or " + Connection.DEFAULT_BOOTSTRAP
            })
    @Nullable String bootstrap;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Properties for the Kafka client: TLS, login and the like.")
    @Nullable Path commandConfig;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            scope = ScopeType.INHERIT,
            description = "A table for people (default) or json for programs.")
    @Nullable OutputFormat output;

    ClusterCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** A connection that has been seen to work as far as TCP. */
    final Connection connect() {
        Connection connection = new Connection(bootstrap, commandConfig);
        connection.check();
        return connection;
    }

    /** Runs {@code work} with an admin client that is closed afterwards. */
    final int withAdmin(ToIntFunction<Admin> work) {
        try (Admin admin = connect().admin()) {
            return work.applyAsInt(admin);
        }
    }

    final boolean json() {
        return output == OutputFormat.json;
    }

    /** Prints {@code value} to programs, {@code table} to people. */
    final void show(Object value, Table table) {
        if (json()) {
            showJson(value);
        } else {
            table.print(terminal.out(), terminal.paint());
        }
    }

    final void showJson(Object value) {
        terminal.out().println(Json.pretty(value));
    }

    /** Prints what is so, marked by how much it matters, with what can be done. */
    final void print(Finding finding) {
        var paint = terminal.paint();
        String mark =
                switch (finding.level()) {
                    case fine -> "   ";
                    case notable -> paint.yellow(" * ");
                    case problem -> paint.red("!! ");
                };
        terminal.out().println(mark + PlainText.of(finding.sentence()));
        @Nullable String advice = finding.advice();
        if (advice != null) {
            terminal.out().println("   " + paint.faint("> " + PlainText.of(advice)));
        }
    }

    /** Tells people what was done; programs have the exit code. */
    final void tell(String sentence) {
        if (!json()) {
            terminal.out().println(PlainText.of(sentence));
        }
    }

    /** Tells that one of several things went wrong; the command goes on with the others. */
    final int fail(String what, Throwable cause) {
        return fail(what + ": " + KafkaFailure.explain(cause));
    }

    final int fail(String sentence) {
        terminal.err().println("naru: " + PlainText.of(sentence));
        return FAILED;
    }

    /** The future's value; its failure is thrown as it is. */
    static <T> T await(@Nullable KafkaFuture<T> future) {
        if (future == null) {
            throw new IllegalStateException("the client has no answer for what it was asked");
        }
        try {
            return future.get();
        } catch (ExecutionException failed) {
            Throwable cause = KafkaFailure.unwrap(failed);
            if (cause instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new CommandFailure(KafkaFailure.explain(cause), cause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", interrupted);
        }
    }

    /** The future's value, or nothing when the cluster does not give it to us. */
    static <T> @Nullable T awaitOrNull(@Nullable KafkaFuture<T> future) {
        try {
            return await(future);
        } catch (RuntimeException notGiven) {
            return null;
        }
    }
}
