package naru.quorum;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;

import naru.quorum.network.RenewedChannels;

import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.ChannelBuilders;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

import java.util.Map;

/** How connections to other controllers are protected, by Kafka's keys of the listener. */
final class NetworkSettings {
    private static final String MECHANISM = "sasl.mechanism.controller.protocol";

    private final ControllerListeners listeners;
    private final Map<String, String> given;
    private final AbstractConfig values;

    NetworkSettings(QuorumOptions options) {
        this.listeners = options.controllers();
        this.given = options.properties();
        ConfigDef definitions =
                new ConfigDef(BrokerSecurityConfigs.CONFIG_DEF)
                        .define(
                                MECHANISM,
                                ConfigDef.Type.STRING,
                                SaslConfigs.GSSAPI_MECHANISM,
                                HIGH,
                                "SASL mechanism towards controllers.");
        this.values = new AbstractConfig(definitions, given, false);
    }

    /** Goes on with new keys when their files change. */
    ChannelBuilder channelBuilder() {
        return new RenewedChannels(this::channels, given);
    }

    private ChannelBuilder channels() {
        return ChannelBuilders.clientChannelBuilder(
                SecurityProtocol.forName(listeners.securityProtocol()),
                JaasContext.Type.SERVER,
                values,
                ListenerName.normalised(listeners.name()),
                values.getString(MECHANISM),
                Time.SYSTEM,
                new LogContext());
    }
}
