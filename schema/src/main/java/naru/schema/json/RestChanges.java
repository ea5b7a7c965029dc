package naru.schema.json;

/** The rules for what is allowed beyond what is listed by name or position. */
record RestChanges(String path, Change added, Change removed, Change extended, Change narrowed) {
    void look(Comparison comparison, Shape.Rest writer, Shape.Rest reader, Findings found) {
        Shape before = writer.shape();
        Shape after = reader.shape();
        if (writer.closed()) {
            if (!reader.closed()) {
                found.add(added, path);
            }
        } else if (reader.closed()) {
            found.add(removed, path);
        } else if (before != null && after != null) {
            found.addAll(comparison.compare(before, after), path);
        } else if (before != null) {
            found.add(extended, path);
        } else if (after != null) {
            found.add(narrowed, path);
        }
    }
}
