package naru.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class RoutesTest {
    private final Routes routes =
            Routes.builder()
                    .get("/", call -> Answer.empty(204))
                    .get("/subjects/{subject}/versions/{version}", call -> Answer.empty(204))
                    .build();

    @Test
    void slashAtTheEndIsLeftOut() {
        assertThat(routes.find("GET", "/subjects/s/versions/1/").variables())
                .containsEntry("subject", "s")
                .containsEntry("version", "1");
        assertThat(routes.find("GET", "/").variables()).isEmpty();
    }

    @Test
    void emptySegmentIsASegment() {
        assertThat(routes.find("GET", "/subjects//versions/1").variables())
                .containsEntry("subject", "");
    }

    @Test
    void brokenEscapeIsRefused() {
        assertThatThrownBy(() -> routes.find("GET", "/subjects/%zz/versions/1"))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(400));
    }
}
