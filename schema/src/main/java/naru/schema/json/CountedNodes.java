package naru.schema.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;

import naru.schema.BoundedJson;
import naru.schema.PayloadFault;

import java.math.BigDecimal;

/**
 * Makes the nodes of one document, and counts how often its objects and arrays are looked at: a
 * schema of alternatives within alternatives can make a validator look at a small document for
 * years.
 */
final class CountedNodes extends JsonNodeFactory {
    private static final long serialVersionUID = 1L;
    private static final int LOOKS = 500_000;

    private int looks;

    private void look() {
        if (++looks > LOOKS) {
            throw new PayloadFault(
                    "cannot be checked: the schema has too many alternatives for it");
        }
    }

    /** What calculates with it must not blow up. */
    @Override
    public ValueNode numberNode(BigDecimal number) {
        if (!BoundedJson.isOrdinary(number)) {
            throw new PayloadFault("a number in the document is out of all bounds");
        }
        return super.numberNode(number);
    }

    @Override
    public ObjectNode objectNode() {
        return new CountedObject(this);
    }

    @Override
    public ArrayNode arrayNode() {
        return new CountedArray(this);
    }

    @Override
    public ArrayNode arrayNode(int capacity) {
        return new CountedArray(this);
    }

    @SuppressWarnings("unchecked") // As its base declares deepCopy.
    private static final class CountedObject extends ObjectNode {
        private static final long serialVersionUID = 1L;
        private final transient CountedNodes nodes;

        CountedObject(CountedNodes nodes) {
            super(nodes);
            this.nodes = nodes;
        }

        @Override
        public JsonNode get(String name) {
            nodes.look();
            return super.get(name);
        }

        @Override
        public JsonNodeType getNodeType() {
            nodes.look();
            return super.getNodeType();
        }
    }

    @SuppressWarnings("unchecked") // As its base declares deepCopy.
    private static final class CountedArray extends ArrayNode {
        private static final long serialVersionUID = 1L;
        private final transient CountedNodes nodes;

        CountedArray(CountedNodes nodes) {
            super(nodes);
            this.nodes = nodes;
        }

        @Override
        public JsonNode get(int index) {
            nodes.look();
            return super.get(index);
        }

        @Override
        public JsonNodeType getNodeType() {
            nodes.look();
            return super.getNodeType();
        }
    }
}
