package naru.app.cli;

import naru.app.terminal.PlainText;
import naru.app.terminal.Terminal;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Asks a person before something that cannot be undone. */
final class Confirmation {
    private Confirmation() {}

    /** True when a person says yes, and when there is no person to ask. */
    static boolean given(Terminal terminal, String deed) {
        if (!terminal.inIsTerminal()) {
            return true;
        }
        terminal.err().print(PlainText.of(deed) + "? [y/N] ");
        terminal.err().flush();
        try {
            BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
            @Nullable String answer = lines.readLine();
            return answer != null
                    && (answer.strip().toLowerCase(Locale.ROOT).equals("y")
                            || answer.strip().toLowerCase(Locale.ROOT).equals("yes"));
        } catch (IOException unreadable) {
            return false;
        }
    }
}
