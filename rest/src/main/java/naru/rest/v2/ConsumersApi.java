package naru.rest.v2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Json;
import naru.http.Refusal;
import naru.rest.cluster.UserClients;
import naru.rest.consume.InstanceSettings;
import naru.rest.consume.Instances;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Consumer instances: made, subscribed, moved, committed and deleted. */
final class ConsumersApi {
    private static final int PARTITIONS_MOST = 10_000;
    private static final Set<String> SETTINGS =
            Set.of(
                    "name",
                    "id",
                    "format",
                    "auto.offset.reset",
                    "auto.commit.enable",
                    "fetch.min.bytes",
                    "consumer.request.timeout.ms");

    private final UserClients users;
    private final Instances instances;

    ConsumersApi(UserClients users, Instances instances) {
        this.users = users;
        this.instances = instances;
    }

    static Instances.Name name(Call call) {
        return new Instances.Name(call.variable("group"), call.variable("instance"));
    }

    private static String owner(Call call) {
        return call.identity().key();
    }

    Answer create(Call call) {
        MediaTypes.checkBody(call);
        String type = MediaTypes.answer(call::header);
        String group = call.variable("group");
        Map<String, String> given = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : body(call).properties()) {
            if (!SETTINGS.contains(field.getKey())) {
                throw ProduceRequest.unknown(field.getKey());
            }
            if (!field.getValue().isNull()) {
                given.put(field.getKey(), field.getValue().asText());
            }
        }
        String instance =
                instances.create(
                        owner(call),
                        group,
                        InstanceSettings.of(given),
                        users.properties(call.identity()));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("instance_id", instance);
        answer.put(
                "base_uri",
                "%s/consumers/%s/instances/%s"
                        .formatted(call.origin(), encoded(group), encoded(instance)));
        return Answer.json(200, type, answer);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    Answer delete(Call call) {
        instances.delete(owner(call), name(call));
        return Answer.empty(204);
    }

    Answer subscribe(Call call) throws InterruptedException {
        MediaTypes.checkBody(call);
        ObjectNode body = body(call);
        Optional<JsonNode> topics = field(body, "topics");
        Optional<JsonNode> pattern = field(body, "topic_pattern");
        if (topics.isPresent() && pattern.isPresent()) {
            throw new Refusal(
                    409,
                    40903,
                    "Illegal state: Subscription to topics, partitions and pattern are mutually"
                            + " exclusive");
        }
        if (pattern.isPresent()) {
            instances.subscribe(owner(call), name(call), pattern.get().asText());
        } else if (topics.isPresent() && topics.get().isArray()) {
            Set<String> names = new LinkedHashSet<>();
            topics.get().forEach(each -> names.add(each.asText()));
            if (names.size() > PARTITIONS_MOST || names.contains("")) {
                throw new Refusal(422, "topics has names, at most " + PARTITIONS_MOST);
            }
            instances.subscribe(owner(call), name(call), names);
        } else {
            throw new Refusal(422, "a subscription has 'topics' or 'topic_pattern'");
        }
        return Answer.empty(204);
    }

    Answer subscription(Call call) throws InterruptedException {
        String type = MediaTypes.answer(call::header);
        Set<String> topics = instances.subscription(owner(call), name(call));
        return Answer.json(200, type, Map.of("topics", new TreeSet<>(topics)));
    }

    Answer unsubscribe(Call call) throws InterruptedException {
        instances.unsubscribe(owner(call), name(call));
        return Answer.empty(204);
    }

    Answer assign(Call call) throws InterruptedException {
        MediaTypes.checkBody(call);
        instances.assign(owner(call), name(call), partitions(body(call)));
        return Answer.empty(204);
    }

    Answer assignment(Call call) throws InterruptedException {
        String type = MediaTypes.answer(call::header);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (TopicPartition each : sorted(instances.assignment(owner(call), name(call)))) {
            all.addObject().put("topic", each.topic()).put("partition", each.partition());
        }
        return Answer.json(200, type, Map.of("partitions", all));
    }

    private static List<TopicPartition> sorted(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .sorted(
                        Comparator.comparing(TopicPartition::topic)
                                .thenComparingInt(TopicPartition::partition))
                .toList();
    }

    Answer seek(Call call) throws InterruptedException {
        MediaTypes.checkBody(call);
        Map<TopicPartition, OffsetAndMetadata> offsets = offsets(body(call));
        if (offsets.isEmpty()) {
            throw new Refusal(422, "'offsets' is missing or empty");
        }
        instances.seek(owner(call), name(call), offsets);
        return Answer.empty(204);
    }

    Answer seekToBeginning(Call call) throws InterruptedException {
        return seekToEdge(call, false);
    }

    Answer seekToEnd(Call call) throws InterruptedException {
        return seekToEdge(call, true);
    }

    private Answer seekToEdge(Call call, boolean end) throws InterruptedException {
        MediaTypes.checkBody(call);
        instances.seekToEdge(owner(call), name(call), partitions(body(call)), end);
        return Answer.empty(204);
    }

    Answer commit(Call call) throws InterruptedException {
        MediaTypes.checkBody(call);
        String type = MediaTypes.answer(call::header);
        instances.commit(owner(call), name(call), offsets(body(call)), !call.flag("async"));
        return Answer.json(200, type, List.of());
    }

    Answer committed(Call call) throws InterruptedException {
        String type = MediaTypes.answer(call::header);
        ObjectNode body = body(call);
        if (body.isEmpty()) {
            throw MetadataApi.noPartition();
        }
        Map<TopicPartition, OffsetAndMetadata> found =
                instances.committed(owner(call), name(call), Set.copyOf(partitions(body)));
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (TopicPartition each : sorted(found.keySet())) {
            OffsetAndMetadata committed = found.get(each);
            if (committed != null) {
                all.addObject()
                        .put("topic", each.topic())
                        .put("partition", each.partition())
                        .put("offset", committed.offset())
                        .put("metadata", committed.metadata());
            }
        }
        return Answer.json(200, type, Map.of("offsets", all));
    }

    /** An empty one stands for an object without fields. */
    private static ObjectNode body(Call call) {
        byte[] bytes = call.body();
        if (bytes.length == 0) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (Json.parse(bytes) instanceof ObjectNode object) {
            return object;
        }
        throw new Refusal(422, "the body is no JSON object");
    }

    private static Optional<JsonNode> field(ObjectNode body, String name) {
        return Optional.ofNullable(body.get(name)).filter(value -> !value.isNull());
    }

    private static List<JsonNode> elements(ObjectNode body, String name) {
        JsonNode all = body.path(name);
        if (all.size() > PARTITIONS_MOST) {
            throw new Refusal(422, "%s has more than %d".formatted(name, PARTITIONS_MOST));
        }
        List<JsonNode> elements = new ArrayList<>();
        all.forEach(elements::add);
        return elements;
    }

    private static List<TopicPartition> partitions(ObjectNode body) {
        if (!body.path("partitions").isArray()) {
            throw new Refusal(422, "'partitions' is no array of objects with topic and partition");
        }
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        elements(body, "partitions").forEach(each -> partitions.add(partition(each)));
        return List.copyOf(partitions);
    }

    private static TopicPartition partition(JsonNode element) {
        JsonNode topic = element.path("topic");
        JsonNode number = element.path("partition");
        if (!topic.isTextual()
                || topic.asText().isEmpty()
                || !number.canConvertToInt()
                || number.asInt() < 0) {
            throw new Refusal(422, "a partition has a 'topic' and a 'partition' from 0 on");
        }
        return new TopicPartition(topic.asText(), number.asInt());
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(ObjectNode body) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (JsonNode each : elements(body, "offsets")) {
            JsonNode offset = each.path("offset");
            if (!offset.canConvertToLong() || !offset.isIntegralNumber() || offset.asLong() < 0) {
                throw new Refusal(422, "an offset has an 'offset' from 0 on");
            }
            offsets.put(
                    partition(each),
                    new OffsetAndMetadata(offset.asLong(), each.path("metadata").asText("")));
        }
        return offsets;
    }
}
