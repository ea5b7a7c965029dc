package naru.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

class OffsetMapTest {
    private final KeyHash hash = new KeyHash(1, 2);

    private KeyHash of(long key) {
        hash.begin();
        hash.add(ByteBuffer.allocate(8).putLong(key).array(), 0, 8);
        hash.end();
        return hash;
    }

    @Test
    void lastOffsetOfEachKeyIsFoundWhileTheMapGrows() {
        Random random = new Random(7);
        Map<Long, Long> model = new HashMap<>();
        try (OffsetMap map = new OffsetMap(16 << 20, 0.9)) {
            for (long offset = 0; offset < 400_000; offset++) {
                long key = random.nextInt(150_000);
                assertThat(map.put(of(key), offset)).isTrue();
                model.put(key, offset);
            }
            assertThat(map.size()).isEqualTo(model.size());
            model.forEach((key, offset) -> assertThat(map.get(of(key))).isEqualTo(offset));
            assertThat(map.get(of(150_001))).isEqualTo(-1);
        }
    }

    @Test
    void fullMapTakesKnownKeysOnly() {
        try (OffsetMap map = new OffsetMap(24 * 1000, 0.5)) {
            long key = 0;
            while (map.put(of(key), key)) {
                key++;
            }
            assertThat(key).isEqualTo(500);
            assertThat(map.put(of(3), 9000)).isTrue();
            assertThat(map.get(of(3))).isEqualTo(9000);
            assertThat(map.get(of(4))).isEqualTo(4);
        }
    }
}
