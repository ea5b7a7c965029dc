package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.config.RecordPolicy;
import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** Which operation on which resource reading or altering settings needs. */
final class ConfigAccess {
    private static final ApiError NO_LOGGERS =
            new ApiError(
                    Errors.INVALID_REQUEST,
                    "Log levels cannot be altered while the node runs; restart it with others.");

    private ConfigAccess() {}

    /** Why the resource may not be altered here, or null when it may. */
    static @Nullable ApiError alterRefusal(Access access, Request request, byte type, String name) {
        return ConfigResource.Type.forId(type) == ConfigResource.Type.BROKER_LOGGER
                ? NO_LOGGERS
                : refusal(access, request, AclOperation.ALTER_CONFIGS, type, name);
    }

    /**
     * Why a topic may not have the setting, or null when it may. Who names a topic into which
     * records are put aside writes to it, by sending such records.
     */
    static @Nullable ApiError settingRefusal(
            Access access, Request request, String key, @Nullable String value) {
        if (!key.equals(RecordPolicy.QUARANTINE_TOPIC) || value == null || value.isBlank()) {
            return null;
        }
        return access.allowedOnTopic(request, AclOperation.WRITE, value.strip())
                ? null
                : new ApiError(
                        Errors.TOPIC_AUTHORIZATION_FAILED,
                        "Who sets %s to %s needs the right to write to that topic."
                                .formatted(key, value));
    }

    /**
     * Tells the audit log which settings were altered; not their values, which may be secrets.
     *
     * @param keys each with what was done to it
     */
    static void tell(Access access, Request request, byte type, String name, List<String> keys) {
        access.changed(
                request,
                "settings of %s %s: %s"
                        .formatted(ConfigResource.Type.forId(type), name, String.join(", ", keys)));
    }

    /** Why the principal may not do the operation, or null when it may. */
    static @Nullable ApiError refusal(
            Access access, Request request, AclOperation operation, byte type, String name) {
        return switch (ConfigResource.Type.forId(type)) {
            case TOPIC ->
                    access.allowedOnTopic(request, operation, name)
                            ? null
                            : new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED);
            case GROUP ->
                    access.allowed(request, operation, ResourceType.GROUP, name)
                            ? null
                            : new ApiError(Errors.GROUP_AUTHORIZATION_FAILED);
            case BROKER, BROKER_LOGGER, CLIENT_METRICS, UNKNOWN ->
                    access.allowedOnCluster(request, operation)
                            ? null
                            : new ApiError(Errors.CLUSTER_AUTHORIZATION_FAILED);
        };
    }
}
