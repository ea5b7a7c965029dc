package naru.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedPatternTest {
    private static final String HUGE = "((a{1000}){1000}){1000}";

    /** Had these been compiled, the test would end for want of memory. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                HUGE,
                "((((((a{50}){50}){50}){50}){50}){50})",
                "(((((((((a?){9}){9}){9}){9}){9}){9}){9}){9}){9}",
                "((a{999,}){999,}){999,}",
                "((a{1,1000}){1,1000}){1,1000}",
                "[[]" + HUGE,
                "[]]" + HUGE,
                "[^]]" + HUGE,
                "[\\]]" + HUGE,
                "[[:alpha:]]" + HUGE,
                "[\\p{Greek}]" + HUGE,
                "[a\\x{5D}]" + HUGE,
                "\\p{Greek}" + HUGE,
                "\\[" + HUGE,
                "\\Q[\\E" + HUGE,
                "\\\\" + HUGE,
                "(?i)" + HUGE,
                "(?P<name>" + HUGE + ")",
                "{" + HUGE,
                "a|" + HUGE,
                "a{5,((a{1000}){1000}){1000}){1000}",
                "a{5,((b}" + HUGE,
                "((a{01000}){001000}){0001000}",
            })
    void expressionThatWouldTakeAllMemoryIsRefused(String expression) {
        assertThatThrownBy(() -> BoundedPattern.compile(expression))
                .isInstanceOf(PatternSyntaxException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".*",
                "orders-[0-9]{4}-[0-9]{2}-[0-9]{2}",
                "[a-z]{1,63}\\.[a-z]{1,63}\\.[a-z]{1,63}",
                "(eu|us)-(orders|returns)(\\.v[0-9]+)?",
                "\\Q((a{1000}){1000}){1000}\\E",
                "\\(\\(a{1000}\\){1000}",
                "[({][)}]{1000}",
                "a{,5}",
                "{",
            })
    void expressionsOfEveryDayAreTaken(String expression) {
        assertThat(BoundedPattern.compile(expression)).isNotNull();
    }

    @Test
    void longExpressionIsRefused() {
        assertThatThrownBy(() -> BoundedPattern.compile("a".repeat(BoundedPattern.LENGTH + 1)))
                .isInstanceOf(PatternSyntaxException.class);
        assertThat(BoundedPattern.compile("a".repeat(BoundedPattern.LENGTH))).isNotNull();
    }
}
