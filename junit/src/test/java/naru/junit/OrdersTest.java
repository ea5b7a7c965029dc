package naru.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

@NaruTest
class OrdersTest {
    @Test
    void orderArrives(Naru naru) throws Exception {
        naru.createTopic("orders", 3);

        Map<String, Object> shop = Map.of("bootstrap.servers", naru.bootstrapServers());
        var text = new StringSerializer();
        try (var producer = new KafkaProducer<>(shop, text, text)) {
            producer.send(new ProducerRecord<>("orders", "customer-7", "one tea")).get();
        }

        Map<String, Object> billing =
                Map.of(
                        "bootstrap.servers", naru.bootstrapServers(),
                        "group.id", "billing",
                        "auto.offset.reset", "earliest");
        var words = new StringDeserializer();
        try (var consumer = new KafkaConsumer<>(billing, words, words)) {
            consumer.subscribe(List.of("orders"));
            var records = consumer.poll(Duration.ofSeconds(10));
            assertEquals("one tea", records.iterator().next().value());
        }
    }
}
