package naru.app;

import naru.app.terminal.Terminal;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** Demonstrations that run with nothing else installed. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs a whole pipeline on real data, to be looked at.",
        footer = {"", "Example:", "  naru demo weather      then open http://127.0.0.1:8080"})
final class Demo implements Callable<Integer> {
    private final Terminal terminal;

    @Spec @Nullable CommandSpec spec;

    Demo(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        CommandSpec own = spec;
        if (own != null) {
            own.commandLine().usage(terminal.out());
        }
        return 0;
    }
}
