package naru.broker.telemetry;

import org.apache.kafka.shaded.com.google.protobuf.CodedInputStream;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads gauges and sums from OpenTelemetry's {@code MetricsData} in its wire format, and steps over
 * everything else. What it makes is bounded by the number of points, not by what was sent.
 *
 * <p>Exceptions: {@link IOException} when the bytes are not of that format.
 */
final class OtlpReader {
    private static final int WIRE_TYPE_BITS = 3;
    private static final int MOST_ATTRIBUTES = 16;
    private static final int DELTA = 1;

    private static final int RESOURCE_METRICS = 1;
    private static final int SCOPE_METRICS = 2;
    private static final int METRICS = 2;

    private final CodedInputStream in;
    private final int mostPoints;
    private final List<OtlpPoint> points = new ArrayList<>();

    private OtlpReader(byte[] bytes, int mostPoints) {
        this.in = CodedInputStream.newInstance(bytes);
        this.mostPoints = mostPoints;
    }

    /** Points in the order in which they were sent, no more than so many. */
    static List<OtlpPoint> read(byte[] metricsData, int mostPoints) throws IOException {
        OtlpReader reader = new OtlpReader(metricsData, mostPoints);
        reader.descend(
                RESOURCE_METRICS,
                () ->
                        reader.nested(() ->
                                reader.descend(
                                        SCOPE_METRICS,
                                        () ->
                                                reader.nested(() ->
                                                        reader.descend(
                                                                METRICS,
                                                                () ->
                                                                        reader.nested(
                                                                                reader
                                                                                        ::metric))))));
        return reader.points;
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /** Runs the step at each field of this number, until the message ends. */
    private void descend(int field, Step step) throws IOException {
        fields(number -> {
            if (number != field) {
                return false;
            }
            step.run();
            return true;
        });
    }

    @FunctionalInterface
    private interface FieldStep {
        /** Whether the field was read; else it is stepped over. */
        boolean read(int number) throws IOException;
    }

    private void fields(FieldStep step) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (!step.read(tag >>> WIRE_TYPE_BITS) && !in.skipField(tag)) {
                return;
            }
        }
    }

    private void nested(Step step) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        step.run();
        in.popLimit(outer);
    }

    /** A metric while it is read: its name may come after its numbers. */
    private static final class Draft {
        private @Nullable String name;
        private boolean monotonic;
        private boolean delta;
        private final List<Numbered> numbers = new ArrayList<>(1);
    }

    private record Numbered(Map<String, String> attributes, double value) {}

    private void metric() throws IOException {
        Draft draft = new Draft();
        fields(number -> {
            switch (number) {
                case 1 -> draft.name = in.readString();
                case 5 -> nested(() -> numbers(draft));
                case 7 -> nested(() -> numbers(draft));
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (draft.name == null) {
            return;
        }
        for (Numbered one : draft.numbers) {
            points.add(
                    new OtlpPoint(
                            draft.name,
                            one.attributes(),
                            one.value(),
                            draft.monotonic,
                            draft.delta));
        }
    }

    /** A gauge or a sum, which has two fields more. */
    private void numbers(Draft draft) throws IOException {
        fields(number -> {
            switch (number) {
                case 1 -> nested(() -> dataPoint(draft));
                case 2 -> draft.delta = in.readEnum() == DELTA;
                case 3 -> draft.monotonic = in.readBool();
                default -> {
                    return false;
                }
            }
            return true;
        });
    }

    private void dataPoint(Draft draft) throws IOException {
        Map<String, String> attributes = new HashMap<>();
        double[] value = {Double.NaN};
        fields(number -> {
            switch (number) {
                case 4 -> value[0] = in.readDouble();
                case 6 -> value[0] = in.readSFixed64();
                case 7 -> nested(() -> attribute(attributes));
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (points.size() + draft.numbers.size() < mostPoints) {
            draft.numbers.add(new Numbered(attributes, value[0]));
        }
    }

    private void attribute(Map<String, String> attributes) throws IOException {
        String[] pair = {"", ""};
        fields(number -> {
            switch (number) {
                case 1 -> pair[0] = in.readString();
                case 2 -> nested(() -> pair[1] = anyValue());
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (attributes.size() < MOST_ATTRIBUTES) {
            attributes.put(pair[0], pair[1]);
        }
    }

    private String anyValue() throws IOException {
        String[] text = {""};
        fields(number -> {
            switch (number) {
                case 1 -> text[0] = in.readString();
                case 2 -> text[0] = Boolean.toString(in.readBool());
                case 3 -> text[0] = Long.toString(in.readInt64());
                case 4 -> text[0] = Double.toString(in.readDouble());
                default -> {
                    return false;
                }
            }
            return true;
        });
        return text[0];
    }
}
