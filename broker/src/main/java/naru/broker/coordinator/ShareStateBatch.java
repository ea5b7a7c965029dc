package naru.broker.coordinator;

import naru.broker.replication.PeerBatches;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareKey;
import naru.coordination.share.ShareParts;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Questions of one kind about share partitions of one group, whose share coordinators are on one
 * other broker, as one request. Each share partition is in it once.
 */
final class ShareStateBatch implements PeerBatches.Batch<ShareStateBatch.Question> {
    record Question(ShareCommand.Asked asked, Answer answer) {}

    private final Map<ShareKey, Question> byKey = new LinkedHashMap<>();

    @Override
    public boolean add(Question question) {
        if (!byKey.isEmpty()) {
            ShareCommand.Asked first = byKey.values().iterator().next().asked();
            boolean alike =
                    first.getClass() == question.asked().getClass()
                            && first.key().groupId().equals(question.asked().key().groupId());
            if (!alike) {
                return false;
            }
        }
        return byKey.putIfAbsent(question.asked().key(), question) == null;
    }

    @Override
    public AbstractRequest.Builder<?> request() {
        List<ShareCommand.Asked> asked = new ArrayList<>(byKey.size());
        byKey.values().forEach(question -> asked.add(question.asked()));
        return ShareStateRequests.of(asked);
    }

    @Override
    public void onAnswer(ApiMessage answer) {
        byKey.values().forEach(question -> tell(question, answer));
    }

    /** What says that there is no coordinator is no answer of one. */
    private static void tell(Question question, ApiMessage answer) {
        ShareParts.Part part = ShareParts.of(question.asked(), answer);
        if (part == null) {
            question.answer()
                    .refuse(Errors.UNKNOWN_SERVER_ERROR, "the coordinator says nothing of it");
        } else if (Patient.mayPass(part.error())) {
            question.answer().refuse(part.error(), String.valueOf(part.message()));
        } else {
            question.answer().reply(part.response());
        }
    }

    @Override
    public void onFailure(String why) {
        byKey.values().forEach(question -> question.answer().refuse(Errors.NETWORK_EXCEPTION, why));
    }
}
