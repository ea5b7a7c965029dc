package naru.simulation;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

import java.util.ArrayList;
import java.util.List;

/** Takes the producer out of batches that belong to no transaction. */
final class Anonymous {
    private Anonymous() {}

    static void make(ProduceRequestData request) {
        for (var topic : request.topicData()) {
            for (var partition : topic.partitionData()) {
                MemoryRecords records = (MemoryRecords) partition.records();
                if (!records.firstBatch().isTransactional()) {
                    List<SimpleRecord> all = new ArrayList<>();
                    for (Record record : records.records()) {
                        all.add(new SimpleRecord(record));
                    }
                    partition.setRecords(
                            MemoryRecords.withRecords(
                                    Compression.NONE, all.toArray(new SimpleRecord[0])));
                }
            }
        }
    }
}
