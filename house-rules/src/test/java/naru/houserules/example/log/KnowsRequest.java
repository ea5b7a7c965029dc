package naru.houserules.example.log;

import org.apache.kafka.common.message.FetchRequestData;

final class KnowsRequest {
    FetchRequestData request = new FetchRequestData();
}
