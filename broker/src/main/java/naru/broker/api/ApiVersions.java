package naru.broker.api;

import naru.broker.transport.ApiTable;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * ApiVersions: what this listener serves, and nothing else (KIP-35, 511, 584). A version of this
 * request that is not known is answered in version 0, so that the client can choose again.
 */
public final class ApiVersions implements RequestHandler {
    private static final Pattern SOFTWARE_NAME =
            Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");
    private static final short FIRST_VERSION_WITH_SOFTWARE = 3;

    private final Supplier<ApiTable> table;
    private final Quorum quorum;

    public ApiVersions(Supplier<ApiTable> table, Quorum quorum) {
        this.table = table;
        this.quorum = quorum;
    }

    @Override
    public void handle(Request request) {
        ApiVersionsResponseData response = new ApiVersionsResponseData();
        if (!ApiKeys.API_VERSIONS.isVersionSupported(request.version())) {
            response.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
            response.apiKeys().add(version(ApiKeys.API_VERSIONS));
            request.reply(response);
            return;
        }
        if (request.version() >= FIRST_VERSION_WITH_SOFTWARE && !isNamed(request)) {
            request.reply(
                    Errors.INVALID_REQUEST,
                    "the client's software name and version must be letters, digits, dots, dashes");
            return;
        }
        for (ApiKeys api : table.get().served()) {
            response.apiKeys().add(version(api));
        }
        if (request.version() >= FIRST_VERSION_WITH_SOFTWARE) {
            addFeatures(response, request.version());
        }
        request.reply(response);
    }

    private static boolean isNamed(Request request) {
        ApiVersionsRequestData body = (ApiVersionsRequestData) request.body();
        return SOFTWARE_NAME.matcher(body.clientSoftwareName()).matches()
                && SOFTWARE_NAME.matcher(body.clientSoftwareVersion()).matches();
    }

    /** A feature that may be at level 0 is told so only from version 4 on (KIP-1022). */
    private void addFeatures(ApiVersionsResponseData response, short version) {
        quorum.supportedFeatures()
                .forEach((name, range) -> {
                    if (version >= 4 || range.min() > 0) {
                        response.supportedFeatures()
                                .add(
                                        new SupportedFeatureKey()
                                                .setName(name)
                                                .setMinVersion(range.min())
                                                .setMaxVersion(range.max()));
                    }
                });
        Map<String, Short> finalized = quorum.image().finalizedFeatures();
        finalized.forEach((name, level) ->
                response.finalizedFeatures()
                        .add(
                                new FinalizedFeatureKey()
                                        .setName(name)
                                        .setMinVersionLevel(level)
                                        .setMaxVersionLevel(level)));
        response.setFinalizedFeaturesEpoch(Math.max(0, quorum.image().offset()));
    }

    private static ApiVersion version(ApiKeys api) {
        return new ApiVersion()
                .setApiKey(api.id)
                .setMinVersion(
                        api == ApiKeys.PRODUCE
                                ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION
                                : api.oldestVersion())
                .setMaxVersion(api.latestVersion(false));
    }
}
