package naru.houserules.example.broker;

import org.apache.kafka.raft.Endpoints;

final class KnowsRaft {
    Endpoints endpoints = Endpoints.empty();
}
