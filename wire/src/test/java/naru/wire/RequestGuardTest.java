package naru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;

final class RequestGuardTest {
    private static final int FRAME_BYTES = 64 << 20;

    @ParameterizedTest
    @EnumSource(ApiKeys.class)
    void everyValidRequestPassesAndNoneThatIsCutShort(ApiKeys api) throws Exception {
        Random random = new Random(api.id);
        int passed = 0;
        for (short version : api.allVersions()) {
            for (int round = 0; round < 20; round++) {
                ByteBuffer frame = filledRequest(api, version, random);
                if (frame == null) {
                    continue;
                }
                passed++;
                String at = api + " version " + version + " round " + round;
                assertThat(RequestGuard.check(frame, RequestGuard.DEFAULT_BUDGET_BYTES))
                        .as(at)
                        .isInstanceOf(RequestGuard.Fits.class);
                for (int length = 0; length < frame.limit(); length++) {
                    assertThat(RequestGuard.check(frame.duplicate().limit(length), 1 << 24))
                            .as(at + " cut to " + length)
                            .isInstanceOf(RequestGuard.Refused.class);
                }
            }
        }
        assertThat(passed).isGreaterThanOrEqualTo(api.allVersions().size());
    }

    @Test
    void arraysThatExpandAreRefusedBeforeTheyAre() {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        frame.putShort(ApiKeys.METADATA.id).putShort((short) 12).putInt(1).putShort((short) -1);
        frame.put((byte) 0); // the header has no tagged fields
        putVarint(frame, FRAME_BYTES - 100 + 1); // topics, each of them of bytes that are zero
        frame.clear();
        assertRefusedCheaply(frame, "objects");
    }

    @Test
    void primitiveArraysThatExpandAreRefused() {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        frame.putShort(ApiKeys.DESCRIBE_LOG_DIRS.id).putShort((short) 2).putInt(1);
        frame.putShort((short) -1).put((byte) 0);
        putVarint(frame, 2); // one topic
        putVarint(frame, 2); // name of one byte
        frame.put((byte) 'a');
        putVarint(frame, (FRAME_BYTES - 100) / 4); // partitions
        frame.clear();
        assertRefusedCheaply(frame, "objects");
    }

    @Test
    void taggedFieldsThatExpandAreRefused() {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        frame.putShort(ApiKeys.API_VERSIONS.id).putShort((short) 3).putInt(1);
        frame.putShort((short) -1);
        putVarint(frame, FRAME_BYTES / 2 - 100); // tagged fields of two zero bytes each
        frame.clear();
        assertRefusedCheaply(frame, "objects");
    }

    @Test
    void countsBeyondTheBytesAreRefused() {
        ByteBuffer frame = ByteBuffer.allocate(64);
        frame.putShort(ApiKeys.METADATA.id).putShort((short) 1).putInt(1).putShort((short) -1);
        frame.putInt(Integer.MAX_VALUE).clear();
        assertRefusedCheaply(frame, "2147483647 elements");
    }

    @Test
    void unknownApisAndVersionsAreRefused() {
        ByteBuffer frame = ByteBuffer.allocate(64);
        assertRefusedCheaply(frame.putShort(0, (short) 9999), "no API");
        assertRefusedCheaply(
                frame.putShort(0, ApiKeys.METADATA.id).putShort(2, (short) 99), "no version");
        assertRefusedCheaply(frame.putShort(2, (short) -1), "no version");
    }

    @Test
    void randomBytesNeverThrow() {
        Random random = new Random(5);
        List<ApiKeys> apis = List.copyOf(EnumSet.allOf(ApiKeys.class));
        byte[] bytes = new byte[300];
        for (int round = 0; round < 200_000; round++) {
            random.nextBytes(bytes);
            ApiKeys api = apis.get(random.nextInt(apis.size()));
            ByteBuffer frame = ByteBuffer.wrap(bytes).putShort(0, api.id);
            frame.putShort(2, (short) random.nextInt(20));
            frame.putShort(8, (short) -1).put(10, (byte) 0);
            assertThat(RequestGuard.check(frame, 1 << 20)).isNotNull();
        }
    }

    private static void assertRefusedCheaply(ByteBuffer frame, String reason) {
        var threads =
                (com.sun.management.ThreadMXBean)
                        java.lang.management.ManagementFactory.getThreadMXBean();
        RequestGuard.check(frame, RequestGuard.DEFAULT_BUDGET_BYTES);
        long before = threads.getCurrentThreadAllocatedBytes();
        RequestGuard.Finding finding = RequestGuard.check(frame, RequestGuard.DEFAULT_BUDGET_BYTES);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(finding).isInstanceOf(RequestGuard.Refused.class);
        assertThat(((RequestGuard.Refused) finding).message()).contains(reason);
        assertThat(allocated).isLessThan(64 << 10);
    }

    private static void putVarint(ByteBuffer buffer, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            buffer.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }

    /** A frame of a request with random fields, or null when the version does not allow them. */
    private static @org.jspecify.annotations.Nullable ByteBuffer filledRequest(
            ApiKeys api, short version, Random random) throws Exception {
        ApiMessage body = api.messageType.newRequest();
        fill(body, random, 0);
        RequestHeaderData header =
                new RequestHeaderData()
                        .setRequestApiKey(api.id)
                        .setRequestApiVersion(version)
                        .setClientId("client");
        short headerVersion = api.requestHeaderVersion(version);
        try {
            return written(header, headerVersion, body, version);
        } catch (RuntimeException notInThisVersion) {
            return written(header, headerVersion, api.messageType.newRequest(), version);
        }
    }

    private static ByteBuffer written(
            Message header, short headerVersion, Message body, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + body.size(cache, version);
        ByteBuffer frame = ByteBuffer.allocate(size);
        header.write(new ByteBufferAccessor(frame), cache, headerVersion);
        body.write(new ByteBufferAccessor(frame), cache, version);
        return frame.flip();
    }

    /** Sets fields of the message, and of elements of its lists, to random values. */
    private static void fill(Message message, Random random, int depth) throws Exception {
        for (Method setter : message.getClass().getMethods()) {
            if (!setter.getName().startsWith("set") || random.nextInt(4) == 0) {
                continue;
            }
            Class<?> type = setter.getParameterTypes()[0];
            if (type == int.class) {
                setter.invoke(message, random.nextInt());
            } else if (type == long.class) {
                setter.invoke(message, random.nextLong());
            } else if (type == short.class) {
                setter.invoke(message, (short) random.nextInt());
            } else if (type == String.class) {
                setter.invoke(message, "s".repeat(random.nextInt(200)));
            } else if (type == byte[].class) {
                setter.invoke(message, new byte[random.nextInt(200)]);
            } else if (List.class.isAssignableFrom(type) && depth < 4) {
                setter.invoke(message, list(setter, random, depth));
            }
        }
        if (random.nextInt(20) == 0) {
            message.unknownTaggedFields().add(new RawTaggedField(1000, new byte[20]));
        }
    }

    private static List<Object> list(Method setter, Random random, int depth) throws Exception {
        Class<?> element =
                (Class<?>)
                        ((ParameterizedType) setter.getGenericParameterTypes()[0])
                                .getActualTypeArguments()[0];
        List<Object> elements = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            if (element == Integer.class) {
                elements.add(random.nextInt());
            } else if (element == String.class) {
                elements.add("element");
            } else if (element == Long.class) {
                elements.add(random.nextLong());
            } else if (Message.class.isAssignableFrom(element)) {
                Message made = (Message) element.getConstructor().newInstance();
                fill(made, random, depth + 1);
                elements.add(made);
            }
        }
        return elements;
    }
}
