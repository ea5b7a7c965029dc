package naru.connect.worker;

import static org.assertj.core.api.Assertions.assertThat;

import naru.connect.ConnectSettings.RestartRule;

import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A file that is refused keeps no other back, and is tried again. */
class GivenFilesTest {
    private static final Path GOOD = Path.of("good.properties");
    private static final Path BAD = Path.of("bad.properties");

    private final Set<Path> refused = new HashSet<>(Set.of(BAD));
    private final List<Path> tried = new ArrayList<>();
    private final GivenFiles files =
            new GivenFiles(
                    List.of(BAD, GOOD), this::make, new RestartRule(0, 1_000, 3_000, 60_000));

    private void make(Path file) {
        tried.add(file);
        if (refused.contains(file)) {
            throw new ConnectException("planted");
        }
    }

    @Test
    void refusedFileIsTriedAgainLaterEachTimeUntilItIsTaken() {
        files.look(0);
        assertThat(tried).containsExactlyInAnyOrder(BAD, GOOD);
        List<Long> moments = new ArrayList<>();
        for (long now = 0; now <= 9_000; now += 500) {
            int before = tried.size();
            files.look(now);
            if (tried.size() > before) {
                moments.add(now);
            }
        }
        assertThat(moments).containsExactly(1_000L, 3_000L, 6_000L, 9_000L);
        refused.clear();
        files.look(12_000);
        int all = tried.size();
        files.look(60_000);
        assertThat(tried).hasSize(all);
    }
}
