package naru.testkit.faults;

import naru.testkit.TemporaryFolder;
import naru.testkit.cluster.ClusterProcesses.Voters;
import naru.testkit.faults.FaultRounds.Round;
import naru.testkit.faults.Load.Contradiction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Long runs by hand, see {@code dev/faults}. Ends with 1 when something was found, and leaves what
 * the nodes printed where it says.
 */
public final class Faults {
    private long seed = System.nanoTime() % 100_000;
    private int rounds = 20;
    private boolean transactions = true;
    private final List<Fault> only = new ArrayList<>();

    private Faults() {}

    public static void main(String[] arguments) throws IOException {
        Faults faults = new Faults();
        faults.parse(arguments);
        faults.run();
    }

    private void parse(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--seed" -> seed = Long.parseLong(arguments[++i]);
                case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                case "--no-transactions" -> transactions = false;
                case "--only" -> {
                    for (String name : arguments[++i].split(",", -1)) {
                        only.add(Fault.valueOf(name));
                    }
                }
                default -> throw new IllegalArgumentException("unknown: " + arguments[i]);
            }
        }
    }

    private void run() throws IOException {
        Path home = Files.createTempDirectory("naru-faults-" + seed + "-");
        Voters voters = seed % 3 == 0 ? Voters.CONFIGURED : Voters.ADDED;
        say("seed %d, voters %s, in %s".formatted(seed, voters, home));
        FaultOptions options = new FaultOptions(seed, home, voters, 14_000, transactions);
        try (FaultRounds running = FaultRounds.start(options)) {
            say("possible: %s".formatted(running.possible()));
            for (int i = 1; i <= rounds; i++) {
                Round round =
                        only.isEmpty()
                                ? running.round()
                                : running.round(only.get((i - 1) % only.size()));
                tell(i, round, running);
            }
        } catch (Contradiction found) {
            say("seed %d; what the nodes printed is in %s".formatted(seed, home));
            throw found;
        }
        new TemporaryFolder(home).close();
    }

    private static void tell(int number, Round round, FaultRounds running) {
        say("round %d: %s".formatted(number, round.done()));
        say(
                "    held %d ms, writable after %d ms, whole %d ms after; %d records, %d copied"
                        .formatted(
                                round.heldMillis(),
                                round.writableMillis(),
                                round.wholeMillis(),
                                running.acknowledgedRecords(),
                                running.copiedRecords()));
        round.mishaps().stream().limit(5).forEach(mishap -> say("    " + mishap));
        if (round.mishaps().size() > 5) {
            say("    ... %d in all".formatted(round.mishaps().size()));
        }
    }

    private static void say(String what) {
        System.out.println(
                LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS) + " " + what);
    }
}
