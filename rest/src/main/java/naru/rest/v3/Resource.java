package naru.rest.v3;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where a resource is and what it is called; the cluster is the outermost.
 *
 * @param url of the resource
 * @param name of the resource, without the scheme: {@code kafka=ID/topic=NAME}
 */
record Resource(String url, String name) {
    static final String TYPE = "application/json";

    /** Below this one, with a name of its own: {@code at("topics", "topic", NAME)}. */
    Resource at(String path, String kind, Object id) {
        return new Resource(
                url + "/" + path + "/" + encoded(id.toString()), name + "/" + kind + "=" + id);
    }

    /** Below this one, where there is but one of its kind. */
    Resource at(String path) {
        return new Resource(url + "/" + path, name + "/" + path);
    }

    static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The beginning of its representation. */
    ObjectNode of(String kind) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("kind", kind);
        tree.putObject("metadata").put("self", url).put("resource_name", "crn:///" + name);
        return tree;
    }

    /** Adds a link to what is below this one. */
    void link(ObjectNode tree, String field, String path) {
        tree.putObject(field).put("related", url + "/" + path);
    }

    void linkTo(ObjectNode tree, String field) {
        tree.putObject(field).put("related", url);
    }

    /** A list at this URL. */
    Answer list(String kind, List<ObjectNode> elements) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("kind", kind);
        tree.putObject("metadata").put("self", url).putNull("next");
        ArrayNode data = tree.putArray("data");
        elements.forEach(data::add);
        return Answer.json(200, TYPE, tree);
    }

    static Answer ok(ObjectNode tree) {
        return Answer.json(200, TYPE, tree);
    }
}
