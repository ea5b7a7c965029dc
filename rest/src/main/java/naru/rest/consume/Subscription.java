package naru.rest.consume;

import com.google.re2j.Pattern;

import java.util.Set;

/** What an instance reads. */
sealed interface Subscription {
    record None() implements Subscription {}

    record Topics(Set<String> names) implements Subscription {}

    /** Topics whose names match; which they are is asked again now and then. */
    record Matching(Pattern pattern) implements Subscription {}

    /** Partitions without a group's say. */
    record Assigned() implements Subscription {}
}
