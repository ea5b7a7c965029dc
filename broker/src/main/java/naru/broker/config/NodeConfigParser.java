package naru.broker.config;

import naru.broker.config.BadConfiguration.Problem;
import naru.broker.config.NodeConfig.ListenerAddresses;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns properties into a {@link NodeConfig}, and gathers everything that is wrong on the way. */
final class NodeConfigParser {
    private static final Pattern LISTENER_SETTING =
            Pattern.compile("listener\\.name\\.([^.]+)\\.(.+)");
    private static final Pattern MECHANISM_SETTING =
            Pattern.compile("[a-z0-9-]+\\.((?:sasl|connections)\\..+)");

    private final Map<String, String> properties;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Object> values = new HashMap<>();

    NodeConfigParser(Map<String, String> properties) {
        this.properties = new TreeMap<>(properties);
    }

    /** Definition of a setting; for a listener's own setting that of the general one. */
    static @Nullable ConfigKey definition(String key) {
        ConfigKey setting = NodeSettings.setting(key);
        if (setting != null) {
            return setting;
        }
        Matcher listener = LISTENER_SETTING.matcher(key);
        if (!listener.matches()) {
            ConfigKey kafkas = NaruSettings.ofKafka(key);
            return kafkas == null ? DynamicSettings.dynamicOnly(key) : kafkas;
        }
        String general = listener.group(2);
        Matcher mechanism = MECHANISM_SETTING.matcher(general);
        ConfigKey own = NodeSettings.setting(general);
        return own == null && mechanism.matches() ? NodeSettings.setting(mechanism.group(1)) : own;
    }

    NodeConfig parse() {
        useNodeId();
        for (Map.Entry<String, String> property : properties.entrySet()) {
            parse(property.getKey(), property.getValue());
        }
        for (ConfigKey setting : NodeSettings.all().values()) {
            if (setting.defaultValue != null && setting.hasDefault()) {
                values.putIfAbsent(setting.name, setting.defaultValue);
            }
        }
        ListenerAddresses addresses = listeners();
        new NodeRules(values, properties, problems).check();
        if (!problems.isEmpty()) {
            throw new BadConfiguration(problems);
        }
        NodeConfig config =
                new NodeConfig(
                        new NodeConfig.Layers(Map.of(), Map.of(), properties),
                        Map.copyOf(values),
                        addresses,
                        ServedSettings.withoutEffect(properties.keySet()));
        String cordon = config.cordonProblem();
        if (cordon != null) {
            String given = String.valueOf(properties.get(NodeConfig.CORDONED));
            throw new BadConfiguration(List.of(new Problem(NodeConfig.CORDONED, given, cordon)));
        }
        return config;
    }

    /** As written, since nothing is parsed yet. */
    private String metadataFolder() {
        String folders =
                properties.getOrDefault(
                        "metadata.log.dir",
                        properties.getOrDefault(
                                NodeSettings.LOG_DIRS,
                                properties.getOrDefault(
                                        NodeSettings.LOG_DIR, NodeSettings.DEFAULT_DATA_FOLDER)));
        return folders.split(",", -1)[0].strip();
    }

    private void useNodeId() {
        String brokerId = properties.get("broker.id");
        String given = brokerId == null ? FormerNodeId.in(metadataFolder(), "1") : brokerId;
        String nodeId = properties.putIfAbsent(MetadataSettings.NODE_ID, given);
        if (nodeId != null && brokerId != null && !nodeId.equals(brokerId)) {
            problems.add(
                    new Problem(
                            "broker.id", brokerId, "must be node.id (" + nodeId + "); remove it"));
        }
    }

    private void parse(String key, String text) {
        ConfigKey setting = definition(key);
        if (setting == null || DynamicSettings.dynamicOnly(key) != null) {
            problems.add(RefusedSettings.unknown(key, text));
            return;
        }
        String shown = setting.type == ConfigDef.Type.PASSWORD ? "[hidden]" : text;
        Object value;
        try {
            value = Parsing.valid(setting, key, text);
        } catch (ConfigException unusable) {
            String expectation = Expectation.of(setting);
            problems.add(new Problem(key, shown, "must be " + expectation));
            return;
        }
        if (value == null) {
            return;
        }
        String remedy = RefusedSettings.remedy(setting.name, value);
        if (remedy != null) {
            problems.add(new Problem(key, shown, remedy));
        } else {
            values.put(key, value);
        }
    }

    private ListenerAddresses listeners() {
        List<String> controllerNames = upper(list(MetadataSettings.CONTROLLER_LISTENER_NAMES));
        boolean permitted = Boolean.TRUE.equals(values.get(NaruSettings.INSECURE_LISTENERS));
        ListenerSettings settings =
                new ListenerSettings(
                        problems,
                        String.valueOf(values.get(SocketSettings.PROTOCOL_MAP)),
                        properties.containsKey(SocketSettings.PROTOCOL_MAP),
                        controllerNames);
        List<Listener> all =
                settings.read(SocketSettings.LISTENERS, list(SocketSettings.LISTENERS));
        ProtectionRules protection = new ProtectionRules(values, problems);
        all.forEach(protection::check);
        List<Listener> open =
                permitted
                        ? List.of()
                        : all.stream().filter(each -> !protection.authenticates(each)).toList();
        List<Listener> narrowed = open.stream().filter(each -> each.host().isEmpty()).toList();
        all.replaceAll(each -> narrowed.contains(each) ? each.onLoopback() : each);
        settings.requireLoopback(
                SocketSettings.LISTENERS,
                open.stream().filter(each -> !each.host().isEmpty()).toList());
        new ServiceAddresses(values, problems, protection, permitted).check(all, controllerNames);
        List<Listener> broker =
                all.stream().filter(each -> !controllerNames.contains(each.name())).toList();
        List<Listener> controller =
                all.stream().filter(each -> controllerNames.contains(each.name())).toList();
        String controllerName =
                controllerNames.isEmpty() ? "CONTROLLER" : controllerNames.getFirst();
        String controllerProtocol = settings.protocol(controllerName);
        new RoleRules(values, properties, problems)
                .check(broker, controller, controllerNames, controllerProtocol);
        Listener implied =
                new ImpliedController(values, permitted)
                        .beside(broker, controller, controllerName, controllerProtocol);
        List<String> yielding = new ArrayList<>(upper(list(NaruSettings.YIELDING_LISTENERS)));
        if (implied != null) {
            yielding.add(implied.name());
        }
        return new ListenerAddresses(
                broker,
                implied == null ? controller : List.of(implied),
                advertised(settings, all),
                interBrokerName(broker),
                controllerName,
                controllerProtocol == null ? "PLAINTEXT" : controllerProtocol,
                narrowed,
                Set.copyOf(yielding));
    }

    private static List<String> upper(List<String> names) {
        return names.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList();
    }

    private List<Listener> advertised(ListenerSettings settings, List<Listener> listeners) {
        if (!values.containsKey(SocketSettings.ADVERTISED_LISTENERS)) {
            return List.of();
        }
        String key = SocketSettings.ADVERTISED_LISTENERS;
        List<Listener> advertised = settings.read(key, list(key));
        for (Listener listener : advertised) {
            if (listener.host().isEmpty() || listener.host().equals("0.0.0.0")) {
                problems.add(
                        new Problem(
                                key,
                                listener.toString(),
                                "name a host that clients can connect to, not every interface"));
            }
            if (listeners.stream().noneMatch(each -> each.name().equals(listener.name()))) {
                problems.add(
                        new Problem(
                                key,
                                listener.toString(),
                                "there is no listener of this name in listeners"));
            }
        }
        return advertised;
    }

    private String interBrokerName(List<Listener> broker) {
        Object given = values.get(ReplicationSettings.INTER_BROKER_LISTENER_NAME);
        if (given == null) {
            String protocol = String.valueOf(values.get(ReplicationSettings.INTER_BROKER_PROTOCOL));
            return broker.stream()
                    .filter(each -> each.protocol().equals(protocol))
                    .findFirst()
                    .or(() -> broker.stream().findFirst())
                    .map(Listener::name)
                    .orElse("PLAINTEXT");
        }
        String name = given.toString().toUpperCase(Locale.ROOT);
        if (!broker.isEmpty() && broker.stream().noneMatch(each -> each.name().equals(name))) {
            problems.add(
                    new Problem(
                            ReplicationSettings.INTER_BROKER_LISTENER_NAME,
                            given.toString(),
                            "there is no broker listener of this name in listeners"));
        }
        return name;
    }

    private List<String> list(String key) {
        return values.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
