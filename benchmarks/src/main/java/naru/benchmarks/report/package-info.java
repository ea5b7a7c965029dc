/** From samples to ratios, for people and as JSON. Pure; knows no broker. */
@NullMarked
package naru.benchmarks.report;

import org.jspecify.annotations.NullMarked;
