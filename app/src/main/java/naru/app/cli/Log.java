package naru.app.cli;

import naru.app.dump.FileDump;
import naru.app.dump.Findings;
import naru.app.terminal.Terminal;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code naru log}: the files of partitions as they lie on disk; needs no node. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Look into the files of a data folder.",
        footer = {
            "",
            "Examples:",
            "  naru log dump naru-data/orders-0/00000000000000000000.log",
            "  naru log dump naru-data/orders-0/*.log --records",
            "  naru log dump naru-data/orders-0/leader-epoch-checkpoint"
        })
public final class Log {
    private final Terminal terminal;

    public Log(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "dump",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what is in a .log, .index, .timeindex, .txnindex, .snapshot,",
                ".checkpoint or *-checkpoint file and verifies it. Changes nothing; the file",
                "may be in use. The exit code is 1 when there is damage."
            })
    int dump(
            @Parameters(arity = "1..*", paramLabel = "FILE") List<Path> files,
            @Option(
                            names = {"-r", "--records"},
                            description = "Also the records within batches.")
                    boolean records,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "table|json",
                            description = "json: one object a line.")
                    @Nullable OutputFormat output) {
        boolean json = output == OutputFormat.json;
        Findings findings = new Findings(terminal.out(), terminal.err(), json);
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new CommandFailure("there is no file " + file);
            }
            if (files.size() > 1 && !json) {
                terminal.out().println(terminal.paint().bold(file.toString()));
            }
            try {
                FileDump.dump(file, records, findings);
            } catch (IllegalArgumentException unknown) {
                throw new CommandFailure(String.valueOf(unknown.getMessage()), unknown);
            } catch (IOException unreadable) {
                throw new CommandFailure(
                        "cannot read " + file + ": " + unreadable.getMessage(), unreadable);
            }
        }
        return findings.damaged() == 0 ? ClusterCommand.OK : ClusterCommand.FAILED;
    }
}
