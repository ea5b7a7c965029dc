package naru.benchmarks.workload;

import naru.benchmarks.report.Metric;

import java.io.IOException;
import java.util.Map;

/** A row of the table that loads a running broker. */
public interface Workload {
    /** As it is named on the command line and in the report. */
    String name();

    Map<Metric, Double> run(Target target, Scale scale) throws IOException;
}
