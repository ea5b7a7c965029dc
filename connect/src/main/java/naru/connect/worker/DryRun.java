package naru.connect.worker;

import naru.http.Refusal;

import org.apache.kafka.connect.connector.Connector;
import org.apache.kafka.connect.runtime.ConnectorConfig;
import org.apache.kafka.connect.runtime.TransformationStage;
import org.apache.kafka.connect.runtime.isolation.LoaderSwap;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.rest.entities.ConfigInfos;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.util.ConnectorTaskId;
import org.apache.kafka.connect.util.FutureCallback;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Tries a connector's configuration with one record: a source's first, or one that a sink would be
 * given. Transforms are applied; nothing is written, no offset is kept, no schema registered. A
 * source does in its start and first poll what it does there; that can be more than reading.
 *
 * <p>Threads: one run at once, on a thread of its own that is given up after half a minute.
 */
public final class DryRun {
    private static final int SECONDS_MOST = 30;

    private final HostedWorker worker;
    private final Map<String, Object> clients;
    private final Semaphore one = new Semaphore(1);

    public DryRun(HostedWorker worker, Map<String, Object> clients) {
        this.worker = worker;
        this.clients = Map.copyOf(clients);
    }

    /**
     * @param problems with properties; when there are any, nothing was tried
     * @param records one that was read, as it would be written; none where nothing came
     * @param said what else is to be known
     */
    public record Outcome(
            String kind, List<Problem> problems, List<ShownRecord> records, String said) {}

    public record Problem(String property, @Nullable String value, String problem) {}

    /**
     * @throws Refusal 409 while another run is under way, 504 when it takes too long, 422 when the
     *     connector fails
     */
    public Outcome of(Map<String, @Nullable String> config) throws InterruptedException {
        List<Problem> problems = problems(config);
        if (!problems.isEmpty()) {
            return new Outcome(
                    "", problems, List.of(), "nothing was tried, since properties are wrong");
        }
        if (!one.tryAcquire()) {
            throw new Refusal(409, "another dry run is under way; ask again");
        }
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        Thread runner =
                Thread.ofPlatform()
                        .name("connect-dry-run")
                        .daemon(true)
                        .start(() -> {
                            try {
                                outcome.complete(run(config));
                            } catch (InterruptedException | RuntimeException | LinkageError fault) {
                                outcome.completeExceptionally(fault);
                            } finally {
                                one.release();
                            }
                        });
        try {
            return outcome.get(SECONDS_MOST, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failure(failed.getCause());
        } catch (TimeoutException slow) {
            runner.interrupt();
            throw new Refusal(
                    504,
                    "the connector did not come to an end within %d s; it stands at %s"
                            .formatted(
                                    SECONDS_MOST,
                                    List.of(runner.getStackTrace()).stream().limit(3).toList()));
        }
    }

    private static Refusal failure(@Nullable Throwable cause) {
        if (cause instanceof Refusal refusal) {
            return refusal;
        }
        StringBuilder told = new StringBuilder("the connector fails");
        Throwable each = cause;
        for (int depth = 0; each != null && depth < 5; depth++) {
            told.append(": ").append(each.getMessage() == null ? each : each.getMessage());
            each = each.getCause();
        }
        return new Refusal(422, told.toString());
    }

    private List<Problem> problems(Map<String, @Nullable String> config)
            throws InterruptedException {
        FutureCallback<ConfigInfos> validated = new FutureCallback<>();
        worker.herder().validateConnectorConfig(config, validated, false);
        List<Problem> problems = new ArrayList<>();
        try {
            validated
                    .get(SECONDS_MOST, TimeUnit.SECONDS)
                    .configs()
                    .forEach(each ->
                            each.configValue()
                                    .errors()
                                    .forEach(error ->
                                            problems.add(
                                                    new Problem(
                                                            each.configValue().name(),
                                                            each.configValue().value(),
                                                            error))));
        } catch (ExecutionException refused) {
            throw new Refusal(
                    400,
                    String.valueOf(
                            refused.getCause() == null
                                    ? refused
                                    : refused.getCause().getMessage()));
        } catch (TimeoutException slow) {
            throw new Refusal(504, "the connector does not validate its properties in time");
        }
        return problems;
    }

    private Outcome run(Map<String, @Nullable String> given) throws InterruptedException {
        Map<String, String> config = new LinkedHashMap<>();
        given.forEach((key, value) -> config.put(key, String.valueOf(value)));
        Plugins plugins = worker.plugins();
        Map<String, String> resolved = worker.transformer().transform(config);
        String type = String.valueOf(resolved.get("connector.class"));
        try (LoaderSwap _ = plugins.withClassLoader(plugins.connectorLoader(type, null))) {
            Connector connector = plugins.newConnector(type);
            return switch (connector) {
                case SourceConnector source -> source(source, resolved);
                case SinkConnector sink -> sink(resolved);
                default -> throw new Refusal(400, type + " is neither a source nor a sink");
            };
        }
    }

    private Outcome source(SourceConnector connector, Map<String, String> config)
            throws InterruptedException {
        SourceTrial trial = new SourceTrial(worker.plugins(), connector, config);
        SourceRecord record = trial.first(SECONDS_MOST / 2);
        if (record == null) {
            return new Outcome(
                    "source",
                    List.of(),
                    List.of(),
                    "the source started and had no record within " + SECONDS_MOST / 2 + " s");
        }
        List<TransformationStage<SourceRecord>> stages = stages(config);
        try {
            @Nullable SourceRecord changed = record;
            for (TransformationStage<SourceRecord> stage : stages) {
                changed = changed == null ? null : stage.apply(changed);
            }
            return changed == null
                    ? new Outcome(
                            "source", List.of(), List.of(), "a transform drops the first record")
                    : new Outcome(
                            "source",
                            List.of(),
                            List.of(ShownRecord.of(changed)),
                            "would be written to the topic " + changed.topic());
        } finally {
            stages.forEach(TransformationStage::close);
        }
    }

    private Outcome sink(Map<String, String> config) {
        SinkTrial trial =
                new SinkTrial(
                        worker.plugins(),
                        worker.config(),
                        new ConnectorConfig(worker.plugins(), config),
                        clients);
        SinkRecord record = trial.last(config, SECONDS_MOST / 2);
        if (record == null) {
            return new Outcome(
                    "sink", List.of(), List.of(), "its topics have no record to try it with");
        }
        List<TransformationStage<SinkRecord>> stages = stages(config);
        try {
            @Nullable SinkRecord changed = record;
            for (TransformationStage<SinkRecord> stage : stages) {
                changed = changed == null ? null : stage.apply(changed);
            }
            return changed == null
                    ? new Outcome("sink", List.of(), List.of(), "a transform drops the record")
                    : new Outcome(
                            "sink",
                            List.of(),
                            List.of(ShownRecord.of(changed)),
                            "would be given to the sink: the last record of its topics");
        } finally {
            stages.forEach(TransformationStage::close);
        }
    }

    private <R extends org.apache.kafka.connect.connector.ConnectRecord<R>>
            List<TransformationStage<R>> stages(Map<String, String> config) {
        ConnectorConfig read = new ConnectorConfig(worker.plugins(), config);
        return read.transformationStages(
                worker.plugins(),
                new ConnectorTaskId("dry-run", 0),
                worker.herder().connectMetrics());
    }
}
