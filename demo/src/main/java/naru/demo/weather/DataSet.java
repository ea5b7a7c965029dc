package naru.demo.weather;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/** The observations that ship with Naru; where they are from stands in the README beside them. */
public final class DataSet {
    private static final String FILE = "/naru/demo/data/weather.csv";
    private static final String HEADER =
            "location,date,precipitation,temp_max,temp_min,wind,weather";
    private static final int COLUMNS = 7;

    private final List<Observation> observations;

    private DataSet(List<Observation> observations) {
        this.observations = List.copyOf(observations);
    }

    public static DataSet load() {
        try (InputStream file = DataSet.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("the data set " + FILE + " is not in the jar");
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8));
            if (!HEADER.equals(lines.readLine())) {
                throw new IllegalStateException(FILE + " does not begin with " + HEADER);
            }
            return new DataSet(
                    lines.lines()
                            .map(DataSet::observation)
                            .sorted(
                                    Comparator.comparing(Observation::observedOn)
                                            .thenComparing(Observation::city))
                            .toList());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Observation observation(String line) {
        String[] columns = line.split(",", -1);
        if (columns.length != COLUMNS) {
            throw new IllegalStateException("not a row of the data set: " + line);
        }
        return new Observation(
                columns[0] + "/" + columns[1],
                columns[0],
                columns[1],
                Double.parseDouble(columns[2]),
                Double.parseDouble(columns[3]),
                Double.parseDouble(columns[4]),
                Double.parseDouble(columns[5]),
                columns[6]);
    }

    /** By day, then by city. */
    public List<Observation> observations() {
        return observations;
    }

    /** In alphabetical order. */
    public List<String> cities() {
        return observations.stream().map(Observation::city).distinct().sorted().toList();
    }

    public int days() {
        return (int) observations.stream().map(Observation::observedOn).distinct().count();
    }

    /**
     * How many days have come with this one.
     *
     * @param day ISO date; empty: none
     */
    public int daysUntil(String day) {
        return (int)
                observations.stream()
                        .map(Observation::observedOn)
                        .distinct()
                        .filter(each -> each.compareTo(day) <= 0)
                        .count();
    }
}
