package naru.registry.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Call;
import naru.registry.store.Mode;
import naru.registry.store.StoreLog;
import naru.registry.store.SubjectName;
import naru.registry.subject.Configuration;

import org.jspecify.annotations.Nullable;

/** {@code /config} and {@code /mode}. */
final class ConfigurationApi {
    private final Configuration configuration;

    ConfigurationApi(Configuration configuration) {
        this.configuration = configuration;
    }

    /** The subject of the path, the context of the path, or all. */
    private static SubjectName scope(Call call) {
        return call.hasVariable("subject")
                ? Requests.subject(call)
                : new SubjectName(Requests.context(call), "");
    }

    Answer settings(Call call) throws StoreLog.Unavailable, InterruptedException {
        return Payloads.ok(call, configuration.settings(scope(call), call.flag("defaultToGlobal")));
    }

    Answer changeSettings(Call call) throws StoreLog.Unavailable, InterruptedException {
        return Payloads.ok(call, configuration.change(scope(call), Requests.settings(call)));
    }

    Answer removeSettings(Call call) throws StoreLog.Unavailable, InterruptedException {
        return Payloads.ok(call, configuration.remove(scope(call)));
    }

    Answer mode(Call call) throws StoreLog.Unavailable, InterruptedException {
        return Payloads.ok(
                call, tree(configuration.mode(scope(call), call.flag("defaultToGlobal"))));
    }

    Answer changeMode(Call call) throws StoreLog.Unavailable, InterruptedException {
        String name = Requests.mode(call);
        SubjectName scope = scope(call);
        if (name == null) {
            configuration.clearMode(scope);
            return Payloads.ok(call, tree(null));
        }
        return Payloads.ok(call, tree(configuration.changeMode(scope, name, call.flag("force"))));
    }

    Answer removeMode(Call call) throws StoreLog.Unavailable, InterruptedException {
        return Payloads.ok(
                call,
                tree(configuration.removeMode(scope(call), call.flag("recursive")).orElse(null)));
    }

    private static ObjectNode tree(@Nullable Mode mode) {
        return JsonNodeFactory.instance.objectNode().put("mode", mode == null ? null : mode.name());
    }
}
