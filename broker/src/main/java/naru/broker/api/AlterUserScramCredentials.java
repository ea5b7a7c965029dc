package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.protocol.Errors;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** AlterUserScramCredentials: users who log in by SCRAM are added, changed, deleted (KIP-554). */
public final class AlterUserScramCredentials implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final ImageWait images;
    private final Access access;

    public AlterUserScramCredentials(Quorum quorum, ImageWait images, Access access) {
        this.quorum = quorum;
        this.images = images;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.ALTER)) {
            return;
        }
        AlterUserScramCredentialsRequestData body =
                (AlterUserScramCredentialsRequestData) request.body();
        long before = quorum.image().offset();
        quorum.controller()
                .alterUserScramCredentials(ControllerCall.caller(request, TIMEOUT_MILLIS), body)
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                response -> {
                                    tell(request, response);
                                    images.answer(
                                            request,
                                            response,
                                            image -> knowsAll(image, before, body, response));
                                }));
    }

    private void tell(Request request, AlterUserScramCredentialsResponseData response) {
        for (AlterUserScramCredentialsResult result : response.results()) {
            if (result.errorCode() == Errors.NONE.code()) {
                access.changed(request, "credentials of " + result.user());
            }
        }
    }

    /** A new password for a mechanism that was there cannot be seen, only that time has passed. */
    private static boolean knowsAll(
            ClusterImage image,
            long before,
            AlterUserScramCredentialsRequestData asked,
            AlterUserScramCredentialsResponseData response) {
        Map<String, Boolean> done = new HashMap<>();
        for (AlterUserScramCredentialsResult result : response.results()) {
            done.put(result.user(), result.errorCode() == Errors.NONE.code());
        }
        boolean changes = done.containsValue(true);
        if (changes && image.offset() <= before) {
            return false;
        }
        return asked.deletions().stream()
                        .filter(each -> done.getOrDefault(each.name(), false))
                        .noneMatch(each -> has(image, each.name(), each.mechanism()))
                && asked.upsertions().stream()
                        .filter(each -> done.getOrDefault(each.name(), false))
                        .allMatch(each -> has(image, each.name(), each.mechanism()));
    }

    private static boolean has(ClusterImage image, String user, byte mechanism) {
        return image
                .describeScramUsers(
                        new DescribeUserScramCredentialsRequestData()
                                .setUsers(
                                        List.of(
                                                new DescribeUserScramCredentialsRequestData
                                                                .UserName()
                                                        .setName(user))))
                .results()
                .stream()
                .flatMap(result -> result.credentialInfos().stream())
                .anyMatch(info -> info.mechanism() == mechanism);
    }
}
