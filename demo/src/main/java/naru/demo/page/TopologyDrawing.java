package naru.demo.page;

import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyDescription.GlobalStore;
import org.apache.kafka.streams.TopologyDescription.Node;
import org.apache.kafka.streams.TopologyDescription.Processor;
import org.apache.kafka.streams.TopologyDescription.Sink;
import org.apache.kafka.streams.TopologyDescription.Source;
import org.apache.kafka.streams.TopologyDescription.Subtopology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A topology as boxes and arrows: topics, processors and stores, each in the column that is one
 * behind the furthest of those before it.
 */
public record TopologyDrawing(List<Box> boxes, List<Arrow> arrows, String text) {
    /**
     * @param kind topic, processor or store
     */
    public record Box(String id, String kind, String label, int column) {}

    public record Arrow(String from, String to) {}

    public static TopologyDrawing of(TopologyDescription description) {
        Map<String, Box> boxes = new LinkedHashMap<>();
        Set<Arrow> arrows =
                new TreeSet<>(Comparator.comparing(Arrow::from).thenComparing(Arrow::to));
        for (Subtopology part : description.subtopologies()) {
            for (Node node : part.nodes()) {
                put(boxes, node.name(), "processor", node.name());
                node.successors().forEach(next -> arrows.add(new Arrow(node.name(), next.name())));
                addSurroundings(node, boxes, arrows);
            }
        }
        for (GlobalStore global : description.globalStores()) {
            put(boxes, global.processor().name(), "processor", global.processor().name());
        }
        Map<String, Integer> columns = columns(boxes.keySet(), arrows);
        List<Box> placed = new ArrayList<>();
        boxes.values()
                .forEach(box ->
                        placed.add(
                                new Box(
                                        box.id,
                                        box.kind,
                                        box.label,
                                        columns.getOrDefault(box.id, 0))));
        return new TopologyDrawing(placed, List.copyOf(arrows), description.toString());
    }

    private static void addSurroundings(Node node, Map<String, Box> boxes, Set<Arrow> arrows) {
        if (node instanceof Source source) {
            for (String topic : source.topicSet()) {
                put(boxes, "topic " + topic, "topic", topic);
                arrows.add(new Arrow("topic " + topic, node.name()));
            }
        } else if (node instanceof Sink sink) {
            put(boxes, "topic " + sink.topic(), "topic", String.valueOf(sink.topic()));
            arrows.add(new Arrow(node.name(), "topic " + sink.topic()));
        } else if (node instanceof Processor processor) {
            for (String store : processor.stores()) {
                put(boxes, "store " + store, "store", store);
                arrows.add(new Arrow(node.name(), "store " + store));
            }
        }
    }

    private static void put(Map<String, Box> boxes, String id, String kind, String label) {
        boxes.putIfAbsent(id, new Box(id, kind, label, 0));
    }

    /** Pushed to the right until every arrow points there; a topology has no circles. */
    private static Map<String, Integer> columns(Set<String> ids, Set<Arrow> arrows) {
        Map<String, Integer> columns = new HashMap<>();
        ids.forEach(id -> columns.put(id, 0));
        boolean moved = true;
        for (int round = 0; moved && round < ids.size(); round++) {
            moved = false;
            for (Arrow arrow : arrows) {
                int least = columns.getOrDefault(arrow.from, 0) + 1;
                if (columns.getOrDefault(arrow.to, 0) < least) {
                    columns.put(arrow.to, least);
                    moved = true;
                }
            }
        }
        return columns;
    }
}
