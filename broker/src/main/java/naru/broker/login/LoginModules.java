package naru.broker.login;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;

/**
 * The {@code sasl.jaas.config} of a mechanism, of which only the options are of use to a server. No
 * module is ever loaded; one that is not Kafka's for the mechanism is refused, since a setting that
 * names another means to have code run.
 */
final class LoginModules {
    private static final Map<String, String> KNOWN =
            Map.of(
                    "PLAIN", PlainLoginModule.class.getName(),
                    "SCRAM-SHA-256", ScramLoginModule.class.getName(),
                    "SCRAM-SHA-512", ScramLoginModule.class.getName(),
                    "OAUTHBEARER", OAuthBearerLoginModule.class.getName());

    private LoginModules() {}

    /**
     * The entry of the mechanism; one without options when none is set.
     *
     * @param settings of the listener, by their names behind {@code listener.name.NAME.}
     */
    static AppConfigurationEntry entry(
            String listener, String mechanism, Map<String, Object> settings) {
        String module = KNOWN.get(mechanism);
        if (module == null) {
            throw new ConfigException("the mechanism " + mechanism + " is not served");
        }
        String key = mechanism.toLowerCase(Locale.ROOT) + ".sasl.jaas.config";
        if (settings.get(key) == null) {
            return new AppConfigurationEntry(module, LoginModuleControlFlag.REQUIRED, Map.of());
        }
        List<AppConfigurationEntry> entries = entries(listener, mechanism, settings);
        if (entries.size() != 1 || !module.equals(entries.getFirst().getLoginModuleName())) {
            throw new ConfigException(
                    key + " names a login module that is not " + module + "; no other is taken");
        }
        return entries.getFirst();
    }

    private static List<AppConfigurationEntry> entries(
            String listener, String mechanism, Map<String, Object> settings) {
        try {
            return JaasContext.loadServerContext(new ListenerName(listener), mechanism, settings)
                    .configurationEntries();
        } catch (IllegalArgumentException malformed) {
            throw new ConfigException(
                    "sasl.jaas.config of %s cannot be read; write %s required OPTION=\"VALUE\" ...;"
                            .formatted(mechanism, KNOWN.get(mechanism)));
        }
    }

    /** Checks an entry that no listener uses now: it may name no other modules either. */
    static void requireKnown(Password text) {
        for (AppConfigurationEntry entry :
                entries("any", "PLAIN", Map.of("plain.sasl.jaas.config", text))) {
            if (!KNOWN.containsValue(entry.getLoginModuleName())) {
                throw new ConfigException(
                        "sasl.jaas.config names a login module that is not one of Kafka's own for"
                                + " PLAIN, SCRAM and OAUTHBEARER; no other is taken");
            }
        }
    }
}
