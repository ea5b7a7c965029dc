package naru.benchmarks.load;

import org.apache.kafka.common.Uuid;

/** A topic that was created for one measurement. */
public record Topic(String name, Uuid id, int partitions) {}
