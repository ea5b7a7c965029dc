package naru.houserules.example.broker;

import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;

final class KnowsCoordinator {
    OffsetCommitKey key = new OffsetCommitKey();
}
