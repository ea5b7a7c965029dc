package naru.quorum;

import java.util.Map;

/**
 * Ends a node whose cluster finalizes a feature at a level that this software does not serve: it
 * could misread what it stores.
 *
 * <p>Threads: the metadata loader's.
 */
final class FeatureGuard {
    private final Map<String, Quorum.LevelRange> supported;
    private final FatalFault fatalFault;
    private Map<String, Short> seen = Map.of();

    FeatureGuard(Map<String, Quorum.LevelRange> supported, FatalFault fatalFault) {
        this.supported = supported;
        this.fatalFault = fatalFault;
    }

    void onImage(ClusterImage image) {
        Map<String, Short> levels = image.finalizedFeatures();
        if (levels.equals(seen)) {
            return;
        }
        seen = levels;
        levels.forEach((name, level) -> {
            Quorum.LevelRange range = supported.get(name);
            if (level > 0 && (range == null || level > range.max() || level < range.min())) {
                fatalFault.onFatalFault(
                        "The cluster has finalized %s at level %d, and this node serves %s; upgrade this node, or downgrade the feature by UpdateFeatures before it starts again"
                                .formatted(
                                        name,
                                        level,
                                        range == null
                                                ? "no such feature"
                                                : "levels " + range.min() + " to " + range.max()),
                        null);
            }
        });
    }
}
