package naru.broker.config;

import naru.broker.config.ConfigDescriber.Detail;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** One setting as DescribeConfigs answers it. Secrets are named and not shown. */
final class DescribedSetting {
    private DescribedSetting() {}

    static DescribeConfigsResourceResult of(
            ConfigKey setting, List<Sourced> chain, boolean readOnly, Detail detail) {
        return of(setting.name, setting, chain, readOnly, detail);
    }

    /**
     * @param setting definition, or null when there is none; the value may then be a secret
     * @param chain what was set, the strongest first, and last the default
     */
    static DescribeConfigsResourceResult of(
            String name,
            @Nullable ConfigKey setting,
            List<Sourced> chain,
            boolean readOnly,
            Detail detail) {
        boolean secret = setting == null || setting.type == ConfigDef.Type.PASSWORD;
        DescribeConfigsResourceResult result =
                new DescribeConfigsResourceResult()
                        .setName(name)
                        .setReadOnly(readOnly || setting == null)
                        .setIsSensitive(secret)
                        .setConfigType(type(setting).id());
        if (chain.isEmpty()) {
            String text = setting == null || secret ? null : defaultText(setting);
            result.setValue(text).setConfigSource(ConfigSource.DEFAULT_CONFIG.id());
        } else {
            Sourced strongest = chain.getFirst();
            result.setValue(secret ? null : strongest.value())
                    .setConfigSource(strongest.source().id());
        }
        if (detail.synonyms()) {
            for (Sourced candidate : chain) {
                result.synonyms()
                        .add(
                                new DescribeConfigsSynonym()
                                        .setName(candidate.name())
                                        .setValue(secret ? null : candidate.text())
                                        .setSource(candidate.source().id()));
            }
        }
        result.setDocumentation(
                detail.documentation() && setting != null ? setting.documentation : null);
        return result;
    }

    static @Nullable String defaultText(ConfigKey setting) {
        return setting.hasDefault()
                ? ConfigDef.convertToString(setting.defaultValue, setting.type)
                : null;
    }

    private static ConfigType type(@Nullable ConfigKey setting) {
        return setting == null ? ConfigType.UNKNOWN : ConfigType.valueOf(setting.type.name());
    }
}
