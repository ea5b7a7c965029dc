package naru.benchmarks.report;

/** What is measured, in which unit, and whether more of it is better. */
public enum Metric {
    RECORDS_PER_SECOND("rate", "records/s", true),
    TRANSACTIONS_PER_SECOND("rate", "tx/s", true),
    MEGABYTES_PER_SECOND("rate", "MB/s", true),
    P50_MILLIS("p50", "ms", false),
    P99_MILLIS("p99", "ms", false),
    P999_MILLIS("p99.9", "ms", false),
    CPU_SECONDS_PER_100K("broker CPU", "s per 100k", false),
    CPU_MILLIS_PER_TRANSACTION("broker CPU", "ms per tx", false),
    CPU_SECONDS_PER_GIGABYTE("broker CPU", "s per GB", false),
    CPU_PERCENT("broker CPU", "% of a core", false),
    WALL_SECONDS("wall", "s", false),
    CPU_SECONDS("broker CPU", "s", false),
    RSS_MEGABYTES("memory", "MB", false),
    THREADS("threads", "", false);

    private final String title;
    private final String unit;
    private final boolean moreIsBetter;

    Metric(String title, String unit, boolean moreIsBetter) {
        this.title = title;
        this.unit = unit;
        this.moreIsBetter = moreIsBetter;
    }

    public String title() {
        return title;
    }

    public String unit() {
        return unit;
    }

    public boolean moreIsBetter() {
        return moreIsBetter;
    }
}
