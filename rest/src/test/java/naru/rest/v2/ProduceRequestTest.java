package naru.rest.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.http.Refusal;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

final class ProduceRequestTest {
    /** The first is 0 in the low 32 bits, the last is beyond 64. */
    @ParameterizedTest
    @ValueSource(strings = {"4294967296", "-1", "2147483648", "36893488147419103232"})
    void aPartitionThatCannotBeIsRefusedAndNotCutOff(String partition) {
        String body = "{\"records\": [{\"value\": 1, \"partition\": %s}]}".formatted(partition);
        assertThatThrownBy(() -> ProduceRequest.of(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(422));
    }
}
