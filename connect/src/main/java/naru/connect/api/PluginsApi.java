package naru.connect.api;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Refusal;

import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.isolation.PluginDesc;
import org.apache.kafka.connect.runtime.isolation.PluginUtils;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.rest.entities.ConfigInfos;
import org.apache.kafka.connect.runtime.rest.entities.PluginInfo;
import org.apache.maven.artifact.versioning.InvalidVersionSpecificationException;
import org.apache.maven.artifact.versioning.VersionRange;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which plug-ins there are, what they can be told, and whether a configuration is right. */
final class PluginsApi {
    private static final String ALIAS_ENDING = "Connector";

    private final Herder herder;
    private final Plugins plugins;
    private final Herding herding;

    PluginsApi(Herder herder, Plugins plugins, Herding herding) {
        this.herder = herder;
        this.plugins = plugins;
        this.herding = herding;
    }

    Answer all(Call call) {
        Set<PluginInfo> infos = new LinkedHashSet<>();
        add(infos, plugins.sinkConnectors());
        add(infos, plugins.sourceConnectors());
        if (!Boolean.parseBoolean(call.parameter("connectorsOnly", "true"))) {
            add(infos, plugins.transformations());
            add(infos, plugins.predicates());
            add(infos, plugins.converters());
            add(infos, plugins.headerConverters());
        }
        return ConnectRoutes.ok(infos);
    }

    private static void add(Set<PluginInfo> infos, Collection<? extends PluginDesc<?>> plugins) {
        plugins.forEach(plugin -> infos.add(new PluginInfo(plugin)));
    }

    Answer definition(Call call) {
        String plugin = call.variable("plugin");
        String version = call.parameter("version", "latest");
        try {
            VersionRange range =
                    version.equals("latest")
                            ? null
                            : PluginUtils.connectorVersionRequirement(version);
            return ConnectRoutes.ok(herder.connectorPluginConfig(plugin, range));
        } catch (InvalidVersionSpecificationException meaningless) {
            throw new Refusal(
                    400, "the version '" + version + "' is none: " + meaningless.getMessage());
        }
    }

    Answer validate(Call call) throws InterruptedException {
        String plugin = call.variable("plugin");
        Map<String, @Nullable String> config = Requests.texts(Requests.body(call));
        String included = config.get("connector.class");
        if (included != null && !shortened(included).endsWith(shortened(plugin))) {
            throw new Refusal(
                    400,
                    "Included connector type %s does not match request type %s"
                            .formatted(included, plugin));
        }
        ConfigInfos infos =
                herding.ask(done -> herder.validateConnectorConfig(config, done, false));
        return ConnectRoutes.ok(infos);
    }

    private static String shortened(String plugin) {
        return plugin.endsWith(ALIAS_ENDING)
                ? plugin.substring(0, plugin.length() - ALIAS_ENDING.length())
                : plugin;
    }
}
