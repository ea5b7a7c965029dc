package naru.app;

import naru.app.terminal.Terminal;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** Prints a script that teaches a shell to complete Naru's commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a completion script for bash or zsh.",
        footer = {
            "",
            "Examples:",
            "  source <(naru completion bash)",
            "  naru completion zsh > ~/.naru-completion && echo 'source ~/.naru-completion' >>"
                    + " ~/.zshrc"
        })
final class Completion implements Callable<Integer> {
    /** The shells that are known; the script is the same, zsh reads that of bash. */
    enum Shell {
        bash,
        zsh
    }

    private final Terminal terminal;

    @Parameters(paramLabel = "bash|zsh")
    Shell shell = Shell.bash;

    Completion(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        String script = AutoComplete.bash("naru", Naru.commandLine(terminal));
        terminal.out().print(script);
        if (shell == Shell.bash) {
            terminal.out().println("complete -F _complete_naru -o default ./naru");
        }
        return 0;
    }
}
