package naru.wire;

import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.Schema;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Refuses request frames that would become far more heap than they are bytes, or whose lengths pass
 * the bytes that are there, before anything is made of them.
 *
 * <p>Threads: safe for use by many. Work is bounded by the frame's size and by the budget,
 * whichever ends first; allocates one result. Every shape is worked out once for each API and
 * version.
 */
public final class RequestGuard {
    /** What a request may weigh beyond its own bytes unless told otherwise. */
    public static final long DEFAULT_BUDGET_BYTES = 16 << 20;

    /** Weights of objects on the heap, rounded up. */
    private static final int OBJECT_BYTES = 24;

    private static final int FIELD_BYTES = 8;
    private static final int TEXT_BYTES = 48;
    private static final int BOXED_BYTES = 28;

    private static final int MAX_VERSIONS = 64;
    private static final int MAX_APIS = 256;
    private static final RequestShape[] HEADERS = headers();
    private static final AtomicReferenceArray<@Nullable RequestShape> BODIES =
            new AtomicReferenceArray<>(MAX_VERSIONS * MAX_APIS);

    private RequestGuard() {}

    /** What the guard found. */
    public sealed interface Finding {}

    /** The request may be decoded; it weighs about that much on the heap beside its records. */
    public record Fits(long heapBytes) implements Finding {}

    /** The request is not to be decoded, and why. */
    public record Refused(String message) implements Finding {}

    /**
     * Weighs the request that stands, header first, between the buffer's position and limit, which
     * stay as they are.
     */
    public static Finding check(ByteBuffer frame, long budgetBytes) {
        if (frame.remaining() < 4) {
            return new Refused("The request has " + frame.remaining() + " bytes only.");
        }
        short apiKey = frame.getShort(frame.position());
        short version = frame.getShort(frame.position() + 2);
        if (!ApiKeys.hasId(apiKey)) {
            return new Refused("There is no API with the key " + apiKey + ".");
        }
        ApiKeys api = ApiKeys.forId(apiKey);
        RequestShape body = body(api, version);
        if (body == null) {
            return new Refused(api + " has no version " + version + ".");
        }
        Walk walk = new Walk(frame, frame.remaining() + budgetBytes);
        walk.step(HEADERS[api.requestHeaderVersion(version)]);
        walk.step(body);
        if (walk.fault == null) {
            return new Fits(walk.heapBytes);
        }
        return new Refused(api + " version " + version + ": " + walk.fault);
    }

    private static RequestShape[] headers() {
        Schema[] schemas = RequestHeaderData.SCHEMAS;
        RequestShape[] headers = new RequestShape[schemas.length];
        for (int i = 0; i < schemas.length; i++) {
            Schema schema = schemas[i];
            headers[i] = schema == null ? new RequestShape.Fixed(0) : RequestShape.of(schema);
        }
        return headers;
    }

    private static @Nullable RequestShape body(ApiKeys api, short version) {
        Schema[] schemas = api.messageType.requestSchemas();
        if (version < 0 || version >= schemas.length || schemas[version] == null) {
            return null;
        }
        int slot = api.id * MAX_VERSIONS + version;
        RequestShape known = BODIES.get(slot);
        if (known == null) {
            known = RequestShape.of(schemas[version]);
            BODIES.set(slot, known);
        }
        return known;
    }

    /** One pass over one frame; it goes on only while {@code fault} is null. */
    private static final class Walk {
        private final ByteBuffer frame;
        private final int end;
        private final long mostHeapBytes;
        private int at;
        private long heapBytes;
        private @Nullable String fault;

        Walk(ByteBuffer frame, long mostHeapBytes) {
            this.frame = frame;
            this.at = frame.position();
            this.end = frame.limit();
            this.mostHeapBytes = mostHeapBytes;
        }

        void step(RequestShape shape) {
            switch (shape) {
                case RequestShape.Fixed fixed -> skip(fixed.bytes());
                case RequestShape.Text text -> {
                    int length = Math.max(0, length(text.length()));
                    weigh((long) TEXT_BYTES + length);
                    skip(length);
                }
                case RequestShape.Records records -> skip(Math.max(0, length(records.length())));
                case RequestShape.Sequence sequence -> sequence(sequence);
                case RequestShape.Group group -> group(group);
                case RequestShape.Tagged tagged -> tagged(tagged);
            }
        }

        private void group(RequestShape.Group group) {
            if (group.nullable()) {
                if (at >= end) {
                    cutShort();
                    return;
                }
                if (frame.get(at++) < 0) {
                    return;
                }
            }
            weigh(OBJECT_BYTES + (long) FIELD_BYTES * group.fields().size());
            for (int i = 0; i < group.fields().size() && fault == null; i++) {
                step(group.fields().get(i));
            }
        }

        private void sequence(RequestShape.Sequence sequence) {
            int count = length(sequence.length());
            if (fault != null || count <= 0) {
                return;
            }
            if (sequence.element() instanceof RequestShape.Fixed fixed) {
                weigh(OBJECT_BYTES + (long) BOXED_BYTES * count);
                skip((long) fixed.bytes() * count);
                return;
            }
            if (count > end - at) {
                fault = "an array states " + count + " elements where " + (end - at) + " bytes are";
                return;
            }
            weigh(OBJECT_BYTES + (long) FIELD_BYTES * count);
            for (int i = 0; i < count && fault == null; i++) {
                step(sequence.element());
            }
        }

        private void tagged(RequestShape.Tagged tagged) {
            int count = unsignedVarint();
            for (int i = 0; i < count && fault == null; i++) {
                int tag = unsignedVarint();
                int size = unsignedVarint();
                if (fault != null || size < 0 || size > end - at) {
                    cutShort();
                    return;
                }
                int fieldEnd = at + size;
                RequestShape known = tagged.known().get(tag);
                if (known == null) {
                    weigh((long) TEXT_BYTES + FIELD_BYTES + size);
                    at = fieldEnd;
                } else {
                    step(known);
                    if (fault == null && at != fieldEnd) {
                        fault = "the tagged field " + tag + " does not have the size it states";
                    }
                }
            }
        }

        private int length(RequestShape.Length kind) {
            return switch (kind) {
                case INT16 -> {
                    int before = at;
                    skip(2);
                    yield fault == null ? frame.getShort(before) : 0;
                }
                case INT32 -> {
                    int before = at;
                    skip(4);
                    yield fault == null ? frame.getInt(before) : 0;
                }
                case COMPACT -> unsignedVarint() - 1;
            };
        }

        private int unsignedVarint() {
            int value = 0;
            for (int shift = 0; shift < 35 && at < end; shift += 7) {
                byte next = frame.get(at++);
                value |= (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            cutShort();
            return 0;
        }

        private void skip(long bytes) {
            if (bytes > end - at) {
                cutShort();
            } else {
                at += (int) bytes;
            }
        }

        private void weigh(long bytes) {
            heapBytes += bytes;
            if (heapBytes > mostHeapBytes && fault == null) {
                fault =
                        "its "
                                + frame.remaining()
                                + " bytes would become more than "
                                + mostHeapBytes
                                + " bytes of objects";
            }
        }

        private void cutShort() {
            if (fault == null) {
                fault = "a length passes the end of the frame's " + frame.remaining() + " bytes";
            }
        }
    }
}
