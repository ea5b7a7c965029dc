package naru.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

class TableTest {
    private static String print(Table table) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);
        table.print(out, new Paint(false));
        out.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void columnsAreAlignedAndNumbersStandRight() {
        Table table = new Table().text("NAME").number("N").row("orders", 5).row("나루", 12345);

        assertThat(print(table))
                .isEqualTo(
                        """
                        NAME        N
                        orders      5
                        나루    12345
                        """);
    }

    @Test
    void cellsCannotForgeLinesOrColours() {
        Table table = new Table().text("NAME").row("a\nb\u001b[31m\u202e\u200f");

        assertThat(print(table)).isEqualTo("NAME\na\\nb\\u001b[31m\\u202e\\u200f\n");
    }

    @Test
    void colourIsOnlyForTerminalsAndOnlyIfWanted() {
        assertThat(Terminal.wantsColour(Map.of())).isTrue();
        assertThat(Terminal.wantsColour(Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(Terminal.wantsColour(Map.of("TERM", "dumb"))).isFalse();
        assertThat(new Paint(false).red("x")).isEqualTo("x");
        assertThat(new Paint(true).red("x")).isEqualTo("\u001b[31mx\u001b[0m");
    }

    @Test
    void bytesHaveUnits() {
        assertThat(Amounts.bytes(0)).isEqualTo("0 B");
        assertThat(Amounts.bytes(1023)).isEqualTo("1023 B");
        assertThat(Amounts.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Amounts.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
    }
}
