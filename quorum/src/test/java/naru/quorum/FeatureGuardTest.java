package naru.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.SupportedConfigChecker;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

final class FeatureGuardTest {
    private final List<String> faults = new ArrayList<>();

    private FeatureGuard guard(int max) {
        return new FeatureGuard(
                Map.of("metadata.version", new Quorum.LevelRange((short) 7, (short) max)),
                (message, cause) -> faults.add(message));
    }

    private static ImageView finalized(int level) {
        MetadataDelta delta =
                new MetadataDelta.Builder()
                        .setImage(MetadataImage.EMPTY)
                        .setSupportedConfigChecker(SupportedConfigChecker.TRUE)
                        .build();
        delta.replay(
                new FeatureLevelRecord()
                        .setName("metadata.version")
                        .setFeatureLevel((short) level));
        return new ImageView(delta.apply(MetadataProvenance.EMPTY), OptionalInt.empty(), (short) 0);
    }

    @Test
    void levelThatIsServedIsNoFault() {
        guard(20).onImage(finalized(20));

        assertThat(faults).isEmpty();
    }

    @Test
    void levelThatIsNotServedEndsTheNodeWithAWordOnce() {
        FeatureGuard guard = guard(19);

        guard.onImage(finalized(20));
        guard.onImage(finalized(20));

        assertThat(faults)
                .singleElement()
                .asString()
                .contains("metadata.version at level 20", "levels 7 to 19");
    }
}
