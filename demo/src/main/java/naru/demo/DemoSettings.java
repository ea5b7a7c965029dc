package naru.demo;

import naru.demo.database.DatabaseAddress;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the pipeline is told.
 *
 * @param clients properties by which Kafka's clients reach the cluster
 * @param registry base address of a schema registry's API
 * @param connect base address of Connect's API
 * @param page where the page is served, as http://HOST:PORT; null: nowhere
 * @param daysPerSecond of the replay; 0: as fast as it goes
 * @param database that the sink writes to
 * @param folder for what the demo keeps itself
 * @param fresh whether what an earlier run left is taken away first
 * @param drivers folder with JDBC drivers, or null for the class path's
 */
public record DemoSettings(
        Map<String, Object> clients,
        URI registry,
        URI connect,
        @Nullable URI page,
        double daysPerSecond,
        DatabaseAddress database,
        Path folder,
        boolean fresh,
        @Nullable Path drivers) {
    public DemoSettings {
        clients = Map.copyOf(clients);
    }
}
