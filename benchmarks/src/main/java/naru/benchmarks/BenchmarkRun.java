package naru.benchmarks;

import naru.benchmarks.report.Metric;
import naru.benchmarks.report.Samples;
import naru.benchmarks.workload.ClusterLifecycle;
import naru.benchmarks.workload.Lifecycle;
import naru.benchmarks.workload.Product;
import naru.benchmarks.workload.Scale;
import naru.benchmarks.workload.Target;
import naru.benchmarks.workload.Workload;
import naru.benchmarks.workload.Workloads;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One run: which products, which rows, in which order. One owner. */
final class BenchmarkRun {
    private final List<Product> products;
    private final Set<String> rows;
    private final Scale scale;
    private final PrintWriter progress;
    private final Samples samples = new Samples();
    private final Map<String, String> failures = new LinkedHashMap<>();

    BenchmarkRun(List<Product> products, Set<String> rows, Scale scale, PrintWriter progress) {
        this.products = products;
        this.rows = rows;
        this.scale = scale;
        this.progress = progress;
    }

    Samples run() throws IOException {
        load(Workloads.LOADS, Target::prepare);
        lifecycle(Lifecycle.ROWS, "start, idle, partitions", Lifecycle::run);
        load(Workloads.CLUSTER_LOADS, Target::prepareCluster);
        lifecycle(ClusterLifecycle.ROWS, "failover and restart", ClusterLifecycle::run);
        return samples;
    }

    /** Makes what is loaded, not launched yet. */
    private interface Maker {
        Target prepare(Product product) throws IOException;
    }

    /** Measures rows that need brokers of their own. */
    private interface Course {
        Map<String, Map<Metric, Double>> run(Product product, Scale scale, Set<String> rows)
                throws IOException;
    }

    /** Both products run all the time; round 0 warms them and the load generator. */
    private void load(List<Workload> all, Maker maker) throws IOException {
        List<Workload> loads = all.stream().filter(load -> rows.contains(load.name())).toList();
        if (loads.isEmpty()) {
            return;
        }
        note("touching " + scale.pageCacheMegabytes() + " MB of memory");
        PageCache.warm(scale.pageCacheMegabytes());
        List<Target> targets = new ArrayList<>();
        try {
            for (Product product : products) {
                note("starting " + product.title());
                Target target = maker.prepare(product);
                targets.add(target);
                target.broker().restart();
            }
            for (int round = 0; round <= scale.rounds(); round++) {
                for (Workload load : loads) {
                    for (Target target : order(targets, round)) {
                        measure(load, target, round);
                    }
                    note((round == 0 ? "warmed " : "round " + round + ": ") + load.name());
                }
            }
        } finally {
            targets.forEach(Target::close);
        }
    }

    /** A row that fails on one side is left out there from then on; the others go on. */
    private void measure(Workload load, Target target, int round) {
        String attempt = load.name() + " on " + target.product().title();
        if (failures.containsKey(attempt)) {
            return;
        }
        try {
            Map<Metric, Double> figures = load.run(target, scale);
            if (round > 0) {
                add(load.name(), target.product(), figures);
            }
        } catch (IOException | RuntimeException e) {
            fail(attempt, e);
        }
    }

    private void lifecycle(List<String> all, String what, Course course) {
        if (all.stream().noneMatch(rows::contains)) {
            return;
        }
        for (int round = 1; round <= scale.lifecycleRounds(); round++) {
            for (Product product : order(products, round)) {
                note("round " + round + ": " + what + " of " + product.title());
                try {
                    course.run(product, scale, rows)
                            .forEach((row, figures) -> add(row, product, figures));
                } catch (IOException | RuntimeException e) {
                    fail(what + " on " + product.title(), e);
                }
            }
        }
    }

    /** What failed, with the reason, in the order in which it did. */
    Map<String, String> failures() {
        return failures;
    }

    private void fail(String attempt, Exception cause) {
        failures.put(attempt, cause.toString());
        note(attempt + " failed: " + cause);
    }

    /** Who goes first alternates. */
    private static <T> List<T> order(List<T> sides, int round) {
        return round % 2 == 0 ? sides : sides.reversed();
    }

    private void add(String row, Product product, Map<Metric, Double> figures) {
        samples.add(row, product.side(), figures);
    }

    private void note(String line) {
        progress.println(line);
        progress.flush();
    }
}
