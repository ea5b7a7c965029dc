package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** AlterClientQuotas: sets and removes quotas; answered when this node knows them too (KIP-546). */
public final class AlterClientQuotas implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final ImageWait images;
    private final Access access;

    public AlterClientQuotas(Quorum quorum, ImageWait images, Access access) {
        this.quorum = quorum;
        this.images = images;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!access.allowedOnCluster(request, AclOperation.ALTER_CONFIGS)) {
            request.reply(
                    Errors.CLUSTER_AUTHORIZATION_FAILED,
                    Errors.CLUSTER_AUTHORIZATION_FAILED.message());
            return;
        }
        AlterClientQuotasRequestData permitted =
                ((AlterClientQuotasRequestData) request.body()).duplicate();
        List<AlterClientQuotasResponseData.EntryData> refused = new ArrayList<>();
        permitted.entries().removeIf(entry -> refuse(entry, refused));
        quorum.controller()
                .alterClientQuotas(ControllerCall.caller(request, TIMEOUT_MILLIS), permitted)
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                response -> {
                                    boolean changed =
                                            !permitted.validateOnly()
                                                    && response.entries().stream()
                                                            .allMatch(
                                                                    each -> each.errorCode() == 0);
                                    response.entries().addAll(refused);
                                    images.answer(
                                            request,
                                            response,
                                            image -> !changed || knowsAll(image, permitted));
                                }));
    }

    /** Names of hosts would have to be looked up by the controller, which must not wait. */
    private static boolean refuse(
            EntryData entry, List<AlterClientQuotasResponseData.EntryData> refused) {
        for (EntityData part : entry.entity()) {
            String name = part.entityName();
            if (part.entityType().equals(ClientQuotaEntity.IP)
                    && name != null
                    && address(name) == null) {
                refused.add(
                        new AlterClientQuotasResponseData.EntryData()
                                .setErrorCode(Errors.INVALID_REQUEST.code())
                                .setErrorMessage(
                                        "'" + name + "' is no IP address; write it in numbers.")
                                .setEntity(echo(entry)));
                return true;
            }
        }
        return false;
    }

    private static List<AlterClientQuotasResponseData.EntityData> echo(EntryData entry) {
        return entry.entity().stream()
                .map(part ->
                        new AlterClientQuotasResponseData.EntityData()
                                .setEntityType(part.entityType())
                                .setEntityName(part.entityName()))
                .toList();
    }

    private static @Nullable InetAddress address(String name) {
        try {
            return InetAddress.ofLiteral(name);
        } catch (IllegalArgumentException notNumbers) {
            return null;
        }
    }

    private static boolean knowsAll(ClusterImage image, AlterClientQuotasRequestData changes) {
        Map<ClientQuotaEntity, Map<String, Double>> known = image.quotas().byEntity();
        for (EntryData entry : changes.entries()) {
            Map<String, String> parts = new HashMap<>();
            entry.entity().forEach(part -> parts.put(part.entityType(), part.entityName()));
            Map<String, Double> values = known.getOrDefault(new ClientQuotaEntity(parts), Map.of());
            for (OpData change : entry.ops()) {
                Double wanted = change.remove() ? null : Double.valueOf(change.value());
                if (!Objects.equals(values.get(change.key()), wanted)) {
                    return false;
                }
            }
        }
        return true;
    }
}
