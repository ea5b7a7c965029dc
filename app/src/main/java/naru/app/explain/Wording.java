package naru.app.explain;

import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** How amounts and lists are said. */
final class Wording {
    static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private static final int NAMED = 5;

    private Wording() {}

    /** {@code 350 ms}, {@code 12 s}, {@code 3 min}, {@code 2 h}, {@code 4 days}. */
    static String duration(long millis) {
        if (millis < 1_000) {
            return millis + " ms";
        }
        long seconds = millis / 1_000;
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7_200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3_600 + " h" : seconds / 86_400 + " days";
    }

    static String count(long number, String singular) {
        return String.format(Locale.ROOT, "%,d %s%s", number, singular, number == 1 ? "" : "s");
    }

    /** Verb or noun by number. */
    static String by(long number, String one, String many) {
        return number == 1 ? one : many;
    }

    static String partitions(Collection<TopicPartition> partitions) {
        List<String> names = new ArrayList<>();
        partitions.stream().sorted(BY_NAME).forEach(partition -> names.add(partition.toString()));
        return some(names);
    }

    /** All of a few, or the first of many. */
    static String some(List<String> names) {
        if (names.size() <= NAMED) {
            return String.join(", ", names);
        }
        return String.join(", ", names.subList(0, NAMED))
                + " and "
                + (names.size() - NAMED)
                + " more";
    }
}
