package naru.registry.store;

import java.util.Comparator;

/**
 * A subject within its context. Written {@code subject} in the default context and {@code
 * :.context:subject} in others, as Confluent's registry does; an empty subject stands for the
 * context itself.
 *
 * @param context with its leading point; a point alone is the default one
 */
public record SubjectName(String context, String name) implements Comparable<SubjectName> {
    public static final String DEFAULT_CONTEXT = ".";

    /** The default context itself, whose settings the API calls global. */
    public static final SubjectName GLOBAL = new SubjectName(DEFAULT_CONTEXT, "");

    /** Whose settings hold in every context that has none of its own. */
    public static final SubjectName EVERYWHERE = new SubjectName(".__GLOBAL", "");

    private static final Comparator<SubjectName> ORDER =
            Comparator.comparing(SubjectName::context).thenComparing(SubjectName::name);

    public static SubjectName parse(String text) {
        if (!text.startsWith(":.")) {
            return new SubjectName(DEFAULT_CONTEXT, text);
        }
        int end = text.indexOf(':', 1);
        return end < 0
                ? new SubjectName(text.substring(1), "")
                : new SubjectName(text.substring(1, end), text.substring(end + 1));
    }

    /** As a reference in a schema of {@code parent} means it: of the same context, if not said. */
    public static SubjectName parse(String text, SubjectName parent) {
        return text.startsWith(":.") ? parse(text) : new SubjectName(parent.context, text);
    }

    /** The context in which this subject is, as one whose settings can be asked. */
    public SubjectName ofContext() {
        return new SubjectName(context, "");
    }

    public boolean isContext() {
        return name.isEmpty();
    }

    /** As it is written in answers and records. */
    public String qualified() {
        return context.equals(DEFAULT_CONTEXT) ? name : written(context, name);
    }

    /** With its context in any case, as {@code :.:name} is with the default one. */
    public static String written(String context, String name) {
        return ":" + context + ":" + name;
    }

    @Override
    public int compareTo(SubjectName other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return qualified();
    }
}
