package naru.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProcessFiguresTest {
    @Test
    void cpuTimeCountsUserSystemAndChildrenDespiteParenthesesInTheCommand() {
        String stat = "42 (a) b) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 20 5 20 0 1 0 77 0 0";

        assertThat(ProcessFigures.cpuSecondsOf(stat)).isEqualTo(2.25);
    }

    @Test
    void statusValueIsTheNumberAfterTheKey() {
        String status = "Name:\tjava\nVmRSS:\t  1234 kB\nThreads:\t17\n";

        assertThat(ProcessFigures.statusValue(status, "VmRSS:")).isEqualTo(1234);
        assertThat(ProcessFigures.statusValue(status, "Threads:")).isEqualTo(17);
    }

    @Test
    void theOwnProcessHasMemoryAndThreads() {
        long pid = ProcessHandle.current().pid();

        assertThat(ProcessFigures.rssBytes(pid)).isPositive();
        assertThat(ProcessFigures.threads(pid)).isPositive();
    }
}
