package naru.broker.share;

import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Patient;
import naru.coordination.share.DeliveryState;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareKey;
import naru.coordination.share.StateBatch;

import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.Objects;

/** Share state as the share coordinators keep it, here or on other brokers. */
final class CoordinatorShareStore implements ShareStore {
    private final Patient<ShareCommand.Asked> coordinator;

    CoordinatorShareStore(Patient<ShareCommand.Asked> coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void read(ShareKey key, int leaderEpoch, Reading reading) {
        coordinator.ask(
                key.coordinatorKey(),
                ticket -> new ShareCommand.Read(ticket, key, leaderEpoch),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        onRead((ReadShareGroupStateResponseData) response, reading);
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        reading.onRefused(error, message);
                    }
                });
    }

    private static void onRead(ReadShareGroupStateResponseData response, Reading reading) {
        var result = response.results().getFirst().partitions().getFirst();
        Errors error = Errors.forCode(result.errorCode());
        if (error != Errors.NONE) {
            reading.onRefused(error, String.valueOf(result.errorMessage()));
            return;
        }
        reading.onRead(
                new Stored(
                        result.stateEpoch(),
                        result.startOffset(),
                        result.stateBatches().stream()
                                .map(batch ->
                                        new StateBatch(
                                                batch.firstOffset(),
                                                batch.lastOffset(),
                                                Objects.requireNonNull(
                                                        DeliveryState.ofId(batch.deliveryState())),
                                                batch.deliveryCount()))
                                .toList()));
    }

    @Override
    public void write(
            ShareKey key,
            int stateEpoch,
            int leaderEpoch,
            SharePartition.Write write,
            Writing writing) {
        coordinator.ask(
                key.coordinatorKey(),
                ticket ->
                        new ShareCommand.Write(
                                ticket,
                                key,
                                stateEpoch,
                                leaderEpoch,
                                write.startOffset(),
                                write.settledCount(),
                                write.batches()),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        var result =
                                ((WriteShareGroupStateResponseData) response)
                                        .results()
                                        .getFirst()
                                        .partitions()
                                        .getFirst();
                        writing.onDone(
                                Errors.forCode(result.errorCode()),
                                String.valueOf(result.errorMessage()));
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        writing.onDone(error, message);
                    }
                });
    }
}
