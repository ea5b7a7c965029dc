package naru.app.terminal;

import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Standard input, output and error of a command, and which of them a person sits at.
 *
 * <p>{@code ./naru} finds out about terminals, which Java cannot for each stream alone, and says so
 * in the system property {@code naru.terminal}: any of {@code i}, {@code o} and {@code e}.
 */
public final class Terminal {
    private final InputStream in;
    private final OutputStream rawOut;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean inIsTerminal;
    private final boolean outIsTerminal;
    private final boolean errIsTerminal;
    private final boolean colour;

    /**
     * @param terminals which streams are terminals: any of {@code i}, {@code o}, {@code e}
     * @param colour whether colours are wanted where a person reads
     */
    public Terminal(
            InputStream in, OutputStream out, OutputStream err, String terminals, boolean colour) {
        this.in = in;
        this.rawOut = out;
        this.out = new PrintStream(new BufferedOutputStream(out), false, StandardCharsets.UTF_8);
        this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
        this.inIsTerminal = terminals.contains("i");
        this.outIsTerminal = terminals.contains("o");
        this.errIsTerminal = terminals.contains("e");
        this.colour = colour;
    }

    /** The process's own streams; colours unless NO_COLOR is set or the terminal is dumb. */
    public static Terminal ofProcess() {
        return new Terminal(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                System.getProperty("naru.terminal", ""),
                wantsColour(System.getenv()));
    }

    static boolean wantsColour(Map<String, String> environment) {
        @Nullable String noColour = environment.get("NO_COLOR");
        return (noColour == null || noColour.isEmpty()) && !"dumb".equals(environment.get("TERM"));
    }

    public InputStream in() {
        return in;
    }

    /** For text; what is printed appears at the latest when the command ends. */
    public PrintStream out() {
        return out;
    }

    /** For bytes and for those who have to know when writing fails; unbuffered. */
    public OutputStream rawOut() {
        return rawOut;
    }

    public PrintStream err() {
        return err;
    }

    public boolean inIsTerminal() {
        return inIsTerminal;
    }

    public boolean outIsTerminal() {
        return outIsTerminal;
    }

    public boolean errIsTerminal() {
        return errIsTerminal;
    }

    /** How to emphasize on standard output. */
    public Paint paint() {
        return new Paint(colour && outIsTerminal);
    }

    /** How to emphasize on standard error. */
    public Paint errPaint() {
        return new Paint(colour && errIsTerminal);
    }
}
