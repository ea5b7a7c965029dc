package naru.schema;

/**
 * What a schema may cost. A text beyond a limit is refused before, or soon after, a library parses
 * it.
 *
 * @param textBytes characters of one schema's text
 * @param depth nesting of the text: braces and brackets that are open at once
 * @param nameLength characters of one name
 * @param types named types of one schema, its references included
 * @param fields fields or properties of one schema, its references included
 * @param branches branches of one union or combination
 * @param symbols symbols of one enumeration
 * @param references schemas that one schema uses, directly and through others
 * @param referenceBytes characters of all of them together
 */
public record SchemaLimits(
        int textBytes,
        int depth,
        int nameLength,
        int types,
        int fields,
        int branches,
        int symbols,
        int references,
        int referenceBytes) {
    public static final SchemaLimits DEFAULT =
            new SchemaLimits(1 << 20, 200, 1024, 2_000, 20_000, 500, 5_000, 500, 8 << 20);

    /** For what a registry took already: only what must not be, because of memory and stack. */
    SchemaLimits forRegistered() {
        int many = Integer.MAX_VALUE;
        return new SchemaLimits(
                Math.max(textBytes, 16 << 20),
                2 * depth,
                many,
                many,
                many,
                many,
                many,
                many,
                Math.max(referenceBytes, 64 << 20));
    }
}
