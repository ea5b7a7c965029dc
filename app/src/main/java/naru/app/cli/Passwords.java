package naru.app.cli;

import naru.app.terminal.PlainText;
import naru.app.terminal.Terminal;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Objects;

/** Where passwords come from; never the command line, which everybody on the machine can read. */
final class Passwords {
    private static final String LETTERS =
            "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private static final int GENERATED_LENGTH = 28;

    private Passwords() {}

    /** Some 160 bits, in letters that are not mistaken for one another. */
    static String generated() {
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder(GENERATED_LENGTH);
        for (int i = 0; i < GENERATED_LENGTH; i++) {
            password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return password.toString();
    }

    /** The first line of standard input. */
    static String fromInput(Terminal terminal) {
        try {
            BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
            @Nullable String line = lines.readLine();
            if (line == null || line.isEmpty()) {
                throw new CommandFailure(
                        "--password-stdin found no password; write it on one line");
            }
            return line;
        } catch (IOException unreadable) {
            throw new CommandFailure("standard input cannot be read: " + unreadable, unreadable);
        }
    }

    /** Asks a person twice, without showing what they type. */
    static String asked(Terminal terminal, String user) {
        if (!terminal.inIsTerminal()) {
            throw new CommandFailure(
                    "nobody is there to ask for a password; use --password-stdin or --generate");
        }
        Console console = Objects.requireNonNull(System.console());
        String first = typed(console, "Password for " + PlainText.of(user) + ": ");
        if (!first.equals(typed(console, "The same again: "))) {
            throw new CommandFailure("the two passwords differ; nothing was changed");
        }
        if (first.isEmpty()) {
            throw new CommandFailure("an empty password protects nothing; nothing was changed");
        }
        return first;
    }

    private static String typed(Console console, String prompt) {
        char @Nullable [] typed = console.readPassword("%s", prompt);
        if (typed == null) {
            throw new CommandFailure("no password was given; nothing was changed");
        }
        return new String(typed);
    }
}
