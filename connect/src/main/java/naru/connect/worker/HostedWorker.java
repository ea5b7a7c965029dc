package naru.connect.worker;

import naru.connect.ConnectSettings;
import naru.connect.convert.OwnRegistry;

import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.runtime.WorkerConfigTransformer;
import org.apache.kafka.connect.runtime.distributed.DistributedConfig;
import org.apache.kafka.connect.runtime.isolation.LoaderSwap;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.runtime.standalone.StandaloneHerder;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.FileOffsetBackingStore;
import org.apache.kafka.connect.storage.KafkaConfigBackingStore;
import org.apache.kafka.connect.storage.KafkaOffsetBackingStore;
import org.apache.kafka.connect.storage.KafkaStatusBackingStore;
import org.apache.kafka.connect.storage.OffsetBackingStore;
import org.apache.kafka.connect.util.ConnectUtils;
import org.apache.kafka.connect.util.SharedTopicAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Kafka's worker, running: its herder, and what we set beside it.
 *
 * <p>Threads: Kafka's own for group, tasks and connectors; {@code connect-watch} looks after what
 * fails and spins. Belongs to {@code ConnectService}, which starts and closes it.
 */
public final class HostedWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.connect");

    private static final int READY_LOOK_MILLIS = 20;

    private final Herder herder;
    private final Plugins plugins;
    private final WorkerConfig config;
    private final WorkerConfigTransformer transformer;
    private final String workerId;
    private final LogLevels levels;
    private final ConnectorLog log;
    private final Restarts restarts;
    private final Spinning spinning;
    private final Watch watch;
    private volatile boolean ended;

    private HostedWorker(
            Herder herder,
            Plugins plugins,
            WorkerConfig config,
            WorkerConfigTransformer transformer,
            String workerId,
            LogLevels levels,
            ConnectorLog log,
            ConnectSettings.RestartRule rule,
            GivenFiles files) {
        this.herder = herder;
        this.plugins = plugins;
        this.config = config;
        this.transformer = transformer;
        this.workerId = workerId;
        this.levels = levels;
        this.log = log;
        this.restarts = new Restarts(new HerderFailures(herder, workerId), rule);
        this.spinning = new Spinning();
        this.watch = new Watch(restarts, spinning, files);
    }

    /**
     * Blocks until the worker has begun; it then joins its group by itself.
     *
     * @param endProcess what ends the process for whoever else asks Kafka's {@code Exit} for it
     */
    public static HostedWorker start(ConnectSettings settings, IntConsumer endProcess) {
        HerderEnd.keepProcess(endProcess);
        OwnRegistry.isAt(settings.registry());
        Map<String, String> properties = WorkerProperties.of(settings);
        ConnectorLog log = ConnectorLog.attach();
        boolean runs = false;
        try {
            Plugins plugins = new Plugins(properties);
            try (LoaderSwap _ = plugins.withClassLoader(plugins.delegatingLoader())) {
                HostedWorker worker =
                        settings.isStandalone()
                                ? standalone(settings, properties, plugins, log)
                                : distributed(settings, properties, plugins, log);
                runs = true;
                return worker;
            }
        } finally {
            if (!runs) {
                log.close();
            }
        }
    }

    private static HostedWorker distributed(
            ConnectSettings settings,
            Map<String, String> properties,
            Plugins plugins,
            ConnectorLog log) {
        WorkerProperties.addReplicas(properties);
        DistributedConfig config = new DistributedConfig(properties);
        warnOfMeaningless(settings, config);
        URI advertised = WorkerProperties.advertised(properties, settings.address());
        String workerId = advertised.getAuthority();
        String clusterId = config.kafkaClusterId();
        String clientIds = ConnectUtils.clientIdBase(config);
        Map<String, Object> admin = new HashMap<>(config.originals());
        ConnectUtils.addMetricsContextProperties(admin, config, clusterId);
        admin.put("client.id", clientIds + "shared-admin");
        SharedTopicAdmin topics = new SharedTopicAdmin(admin);
        KafkaOffsetBackingStore offsets =
                new KafkaOffsetBackingStore(topics, () -> clientIds, offsetConverter(plugins));
        offsets.configure(config);
        ConnectorClientConfigOverridePolicy policy = policy(plugins, config);
        Worker worker = new Worker(workerId, Time.SYSTEM, plugins, config, offsets, policy);
        Converter internal = worker.getInternalValueConverter();
        KafkaStatusBackingStore statuses =
                new KafkaStatusBackingStore(Time.SYSTEM, internal, topics, clientIds);
        statuses.configure(config);
        KafkaConfigBackingStore configs =
                new KafkaConfigBackingStore(
                        internal, config, worker.configTransformer(), topics, clientIds);
        LogLevels levels = new LogLevels();
        Herder herder =
                new HostedHerder(
                        config,
                        worker,
                        clusterId,
                        statuses,
                        configs,
                        advertised.toString(),
                        policy,
                        topics,
                        levels);
        herder.start();
        return new HostedWorker(
                herder,
                plugins,
                config,
                worker.configTransformer(),
                workerId,
                levels,
                log,
                settings.restarts(),
                files(List.of(), herder, settings));
    }

    private static HostedWorker standalone(
            ConnectSettings settings,
            Map<String, String> properties,
            Plugins plugins,
            ConnectorLog log) {
        StandaloneConfig config = new StandaloneConfig(properties);
        warnOfMeaningless(settings, config);
        String workerId =
                WorkerProperties.advertised(properties, settings.address()).getAuthority();
        OffsetBackingStore offsets = new FileOffsetBackingStore(offsetConverter(plugins));
        offsets.configure(config);
        ConnectorClientConfigOverridePolicy policy = policy(plugins, config);
        Worker worker = new Worker(workerId, Time.SYSTEM, plugins, config, offsets, policy);
        StandaloneHerder herder = new StandaloneHerder(worker, config.kafkaClusterId(), policy);
        herder.start();
        GivenFiles files = files(settings.standalone(), herder, settings);
        boolean looked = false;
        try {
            files.look(System.currentTimeMillis());
            looked = true;
        } finally {
            if (!looked) {
                // The next try starts them all, and none may run twice.
                herder.stop();
            }
        }
        herder.ready();
        return new HostedWorker(
                herder,
                plugins,
                config,
                worker.configTransformer(),
                workerId,
                new LogLevels(),
                log,
                settings.restarts(),
                files);
    }

    private static GivenFiles files(List<Path> given, Herder herder, ConnectSettings settings) {
        return new GivenFiles(
                given, file -> GivenConnector.read(file).putInto(herder), settings.restarts());
    }

    private static Converter offsetConverter(Plugins plugins) {
        return plugins.newInternalConverter(
                true, JsonConverter.class.getName(), Map.of("schemas.enable", "false"));
    }

    private static ConnectorClientConfigOverridePolicy policy(
            Plugins plugins, WorkerConfig config) {
        return plugins.newPlugin(
                config.getString(WorkerConfig.CONNECTOR_CLIENT_POLICY_CLASS_CONFIG),
                config,
                ConnectorClientConfigOverridePolicy.class);
    }

    private static void warnOfMeaningless(ConnectSettings settings, WorkerConfig config) {
        Set<String> unknown =
                WorkerProperties.meaningless(settings.worker().keySet(), config.values().keySet());
        for (String name : unknown) {
            LOG.warn("naru.connect.{} is no property of Kafka's worker: it has no effect", name);
        }
    }

    public Herder herder() {
        return herder;
    }

    /**
     * Waits until connectors are known, which a worker learns with its first share of the work.
     *
     * @return false when that takes longer, or the worker has ended
     */
    public boolean awaitReady(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        while (!herder.isReady()) {
            if (ended
                    || System.nanoTime() - end > 0
                    || never.await(READY_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    public Plugins plugins() {
        return plugins;
    }

    public WorkerConfig config() {
        return config;
    }

    /** Puts in what configurations only refer to, by the config providers. */
    WorkerConfigTransformer transformer() {
        return transformer;
    }

    /** HOST:PORT, as it stands in the status of connectors. */
    public String workerId() {
        return workerId;
    }

    public LogLevels levels() {
        return levels;
    }

    public ConnectorLog log() {
        return log;
    }

    public Restarts restarts() {
        return restarts;
    }

    public Spinning spinning() {
        return spinning;
    }

    /** Runs {@code then} when Kafka's worker has ended by itself, which it does when it fails. */
    public void onEnd(Runnable then) {
        HerderEnd.then(() -> {
            ended = true;
            then.run();
        });
    }

    @Override
    public void close() {
        watch.close();
        herder.stop();
        log.close();
    }
}
