package naru.demo.weather;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

class DataSetTest {
    private final DataSet data = DataSet.load();

    @Test
    void hasEveryDayOfFourYearsInTwoCities() {
        assertThat(data.cities()).containsExactly("New York", "Seattle");
        assertThat(data.days()).isEqualTo(1461);
        assertThat(data.observations()).hasSize(2 * 1461);
        assertThat(data.observations()).extracting(Observation::id).doesNotHaveDuplicates();
        assertThat(data.observations().getFirst().id()).isEqualTo("New York/2012-01-01");
        assertThat(data.observations().getLast().id()).isEqualTo("Seattle/2015-12-31");
        assertThat(data.daysUntil("2012-02-01")).isEqualTo(32);
        assertThat(data.daysUntil("")).isZero();
    }

    /** The numbers were counted in the file with another program. */
    @Test
    void findsTheExtremesThatAreInTheFile() {
        Map<String, Long> counts =
                data.observations().stream()
                        .flatMap(day -> Extreme.in(day).stream())
                        .collect(
                                Collectors.groupingBy(
                                        each -> each.city() + " " + each.kind(),
                                        Collectors.counting()));
        assertThat(counts)
                .isEqualTo(
                        Map.of(
                                "Seattle heat", 16L,
                                "New York heat", 24L,
                                "New York frost", 51L,
                                "Seattle downpour", 20L,
                                "New York downpour", 29L,
                                "Seattle gale", 1L,
                                "New York gale", 52L));
    }

    @Test
    void everyDayIsPostedAboutAndAlwaysTheSame() {
        for (Observation day : data.observations()) {
            List<Post> posts = PostWords.about(day);
            assertThat(posts).isNotEmpty().isEqualTo(PostWords.about(day));
            assertThat(posts)
                    .allSatisfy(post -> {
                        assertThat(Duration.between(day.time(), post.time()).abs())
                                .isLessThan(Duration.ofHours(12));
                        assertThat(post.text()).contains(day.city());
                    });
        }
    }
}
