package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.config.ConfigDescriber;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.requests.ApiError;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** DescribeConfigs: what is set for topics, this broker, groups, client metrics, and where. */
public final class DescribeConfigs implements RequestHandler {
    private final Quorum quorum;
    private final ConfigDescriber describer;
    private final Access access;

    public DescribeConfigs(Quorum quorum, ConfigDescriber describer, Access access) {
        this.quorum = quorum;
        this.describer = describer;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        DescribeConfigsRequestData body = (DescribeConfigsRequestData) request.body();
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        ConfigDescriber.Detail detail =
                new ConfigDescriber.Detail(body.includeSynonyms(), body.includeDocumentation());
        for (DescribeConfigsResource resource : body.resources()) {
            response.results().add(describe(request, resource, detail));
        }
        request.reply(response);
    }

    private DescribeConfigsResult describe(
            Request request, DescribeConfigsResource asked, ConfigDescriber.Detail detail) {
        DescribeConfigsResult result =
                new DescribeConfigsResult()
                        .setResourceType(asked.resourceType())
                        .setResourceName(asked.resourceName())
                        .setErrorMessage(null);
        ApiError refusal =
                ConfigAccess.refusal(
                        access,
                        request,
                        AclOperation.DESCRIBE_CONFIGS,
                        asked.resourceType(),
                        asked.resourceName());
        if (refusal != null) {
            return refused(result, refusal);
        }
        try {
            List<DescribeConfigsResourceResult> settings =
                    describer.describe(
                            quorum.image(),
                            new ConfigResource(
                                    ConfigResource.Type.forId(asked.resourceType()),
                                    asked.resourceName()),
                            detail);
            List<String> keys = asked.configurationKeys();
            if (keys == null || keys.isEmpty()) {
                return result.setConfigs(settings);
            }
            Set<String> wanted = new HashSet<>(keys);
            return result.setConfigs(
                    settings.stream().filter(each -> wanted.contains(each.name())).toList());
        } catch (ApiException unknown) {
            return refused(result, ApiError.fromThrowable(unknown));
        }
    }

    private static DescribeConfigsResult refused(DescribeConfigsResult result, ApiError refusal) {
        return result.setErrorCode(refusal.error().code())
                .setErrorMessage(refusal.messageWithFallback());
    }
}
