package naru.benchmarks;

import naru.benchmarks.report.Comparison;
import naru.benchmarks.report.JsonReport;
import naru.benchmarks.report.TextReport;
import naru.benchmarks.workload.Product;
import naru.benchmarks.workload.Scale;
import naru.benchmarks.workload.Workloads;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** The command behind {@code dev/benchmark}. */
@Command(
        name = "dev/benchmark",
        mixinStandardHelpOptions = true,
        description = "Measures Naru beside Apache Kafka on this machine and prints the ratios.")
public final class Benchmark implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--quick",
            description = "About 3 minutes instead of 15: fewer rounds, less volume.")
    private boolean quick;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "ROW",
            description = "Rows whose name begins so; all by default.")
    private List<String> only = List.of();

    @ArgGroup private @Nullable Side side;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            defaultValue = "benchmarks/target/benchmark.json",
            description = "Where the report goes as JSON (default: ${DEFAULT-VALUE}).")
    private Path json = Path.of("benchmark.json");

    /** At most one of the two. */
    private static final class Side {
        @Option(names = "--kafka-only", description = "Apache Kafka alone.")
        private boolean kafka;

        @Option(names = "--naru-only", description = "Naru alone.")
        private boolean naru;
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Benchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out =
                new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        Instant start = Instant.now();
        BenchmarkRun run =
                new BenchmarkRun(products(), rows(), quick ? Scale.QUICK : Scale.FULL, out);
        List<Comparison> comparisons = run.run().comparisons();
        out.println();
        out.print(TextReport.of(comparisons));
        Files.writeString(json, JsonReport.of(circumstances(start), comparisons) + "\n");
        out.println();
        out.println("The same as JSON: " + json);
        run.failures()
                .forEach((attempt, cause) -> out.println("failed: " + attempt + ": " + cause));
        return run.failures().isEmpty() ? 0 : 1;
    }

    private List<Product> products() {
        if (side != null && side.kafka) {
            return List.of(Product.KAFKA);
        }
        if (side != null && side.naru) {
            return List.of(Product.NARU);
        }
        return List.of(Product.NARU, Product.KAFKA);
    }

    private Set<String> rows() {
        if (only.isEmpty()) {
            return Set.copyOf(Workloads.names());
        }
        Set<String> rows = new LinkedHashSet<>();
        for (String wanted : only) {
            List<String> matching =
                    Workloads.names().stream().filter(name -> name.startsWith(wanted)).toList();
            if (matching.isEmpty() && spec != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "no row begins with '"
                                + wanted
                                + "'; there are "
                                + String.join(", ", Workloads.names()));
            }
            rows.addAll(matching);
        }
        return rows;
    }

    private Map<String, Object> circumstances(Instant start) {
        Map<String, Object> circumstances = new LinkedHashMap<>();
        circumstances.put("startedAt", start.toString());
        circumstances.put("scale", quick ? "quick" : "full");
        circumstances.put("processors", Runtime.getRuntime().availableProcessors());
        circumstances.put("java", Runtime.version().toString());
        circumstances.put("kafka", "4.3.1");
        return circumstances;
    }
}
