package naru.broker.config;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.TreeSet;

/** Finds what a person most likely meant by a name that is not there. */
public final class Spelling {
    private Spelling() {}

    /** The known name that differs least, or null when none is near. */
    public static @Nullable String nearest(String unknown, Collection<String> names) {
        String nearest = null;
        int bound = Math.max(2, unknown.length() / 4);
        for (String name : new TreeSet<>(names)) {
            int distance = distance(unknown, name, bound);
            if (distance <= bound && (nearest == null || distance < bound)) {
                nearest = name;
                bound = distance;
            }
        }
        return nearest;
    }

    /** Edits that turn one into the other, where a swap of neighbours counts as two. */
    private static int distance(String from, String to, int bound) {
        if (Math.abs(from.length() - to.length()) > bound) {
            return bound + 1;
        }
        int[] row = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            row[column] = column;
        }
        for (int index = 1; index <= from.length(); index++) {
            int diagonal = row[0];
            row[0] = index;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = diagonal + (from.charAt(index - 1) == to.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, Math.min(row[column], row[column - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
