package naru.app.dump;

import naru.app.terminal.Json;
import naru.app.terminal.PlainText;

import java.io.PrintStream;
import java.util.Map;

/** Takes what a dump finds and writes it at once, for people or as JSON lines; counts damage. */
public final class Findings {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean json;
    private long damaged;

    public Findings(PrintStream out, PrintStream err, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /** Something that stands in the file: {@code text} for people, {@code value} for programs. */
    void entry(String text, Object value) {
        out.println(json ? Json.line(value) : PlainText.of(text));
    }

    /** A remark that only people need. */
    void note(String text) {
        if (!json) {
            out.println(PlainText.of(text));
        }
    }

    /** Something that should not be so, at a byte position of the file. */
    void damage(long position, String what) {
        damaged++;
        out.flush();
        if (json) {
            out.println(Json.line(Map.of("damage", what, "position", position)));
        } else {
            err.println("damage at position " + position + ": " + PlainText.of(what));
        }
    }

    /** How many damages there were. */
    public long damaged() {
        return damaged;
    }
}
