package naru.connectors.http;

import com.fasterxml.jackson.core.JsonPointer;

import naru.connectors.Checks;
import naru.connectors.Findings;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** What the HTTP source is told. */
final class HttpSourceConfig {
    static final String METHOD = "method";
    static final String BODY = "request.body";
    static final String TOPIC = "topic";
    static final String POLL_INTERVAL = "poll.interval.ms";
    static final String REQUEST_INTERVAL = "request.interval.ms";
    static final String RECORDS = "records.pointer";
    static final String KEY = "key.pointer";
    static final String OFFSET = "offset.pointer";
    static final String OFFSET_PARAMETER = "offset.parameter";
    static final String OFFSET_INITIAL = "offset.initial";
    static final String PAGING = "paging";
    static final String PAGING_PARAMETER = "paging.parameter";
    static final String PAGING_POINTER = "paging.pointer";
    static final String PAGING_START = "paging.start";
    static final String PAGE_SIZE = "paging.size";
    static final String PAGE_SIZE_PARAMETER = "paging.size.parameter";

    static final ConfigDef DEFINITION = definition();

    /** How the next page is found. */
    enum Paging {
        NONE,
        /** The URL of the next page, in the header Link or in the answer. */
        LINK,
        /** A word in the answer that is given back. */
        CURSOR,
        /** How many records were read. */
        OFFSET,
        /** The number of the page. */
        PAGE;

        static String[] words() {
            return Arrays.stream(values())
                    .map(paging -> paging.name().toLowerCase(Locale.ROOT))
                    .toArray(String[]::new);
        }
    }

    private final HttpSettings settings;

    HttpSourceConfig(Map<String, String> given) {
        this.settings = new HttpSettings(DEFINITION.parse(given));
    }

    private static ConfigDef definition() {
        ConfigDef definition = new ConfigDef();
        HttpSettings.define(definition);
        records(definition);
        paging(definition);
        return definition;
    }

    private static void records(ConfigDef definition) {
        text(definition, METHOD, "GET", "GET or POST", Checks.oneOf("get", "post"));
        text(definition, BODY, "", "Body of each request", null);
        definition.define(
                TOPIC,
                ConfigDef.Type.STRING,
                ConfigDef.NO_DEFAULT_VALUE,
                Checks.notEmpty("the name of a topic"),
                Importance.HIGH,
                "The topic to which records go");
        definition.define(
                POLL_INTERVAL,
                ConfigDef.Type.LONG,
                60_000,
                Checks.atLeast(1),
                Importance.HIGH,
                "Pause after the last page");
        definition.define(
                REQUEST_INTERVAL,
                ConfigDef.Type.LONG,
                0,
                Checks.atLeast(0),
                Importance.MEDIUM,
                "Least time between two requests");
        text(
                definition,
                RECORDS,
                "",
                "Where in the answer the records are; an array is a record each, all else is one",
                Checks.pointer());
        text(definition, KEY, "", "Where in a record its key is", Checks.pointer());
        text(
                definition,
                OFFSET,
                "",
                "Where in a record is what grows from record to record, such as /id",
                Checks.pointer());
        text(
                definition,
                OFFSET_PARAMETER,
                "",
                "The parameter with which the server is asked for later records only",
                null);
        text(definition, OFFSET_INITIAL, "", "The value of this parameter at first", null);
    }

    private static void paging(ConfigDef definition) {
        text(definition, PAGING, "none", "How pages follow", Checks.oneOf(Paging.words()));
        text(
                definition,
                PAGING_PARAMETER,
                "",
                "The parameter for cursor, offset or number of the page",
                null);
        text(
                definition,
                PAGING_POINTER,
                "",
                "Where in the answer the next URL or cursor is; without it, a link is looked for in"
                        + " the header Link",
                Checks.pointer());
        definition.define(
                PAGING_START,
                ConfigDef.Type.LONG,
                0,
                Checks.atLeast(0),
                Importance.LOW,
                "The number of the first page, or the first offset");
        definition.define(
                PAGE_SIZE,
                ConfigDef.Type.INT,
                100,
                Checks.between(1, 1_000_000),
                Importance.LOW,
                "Records of a page; a page with fewer is the last");
        text(definition, PAGE_SIZE_PARAMETER, "", "The parameter for the size of a page", null);
    }

    private static void text(
            ConfigDef definition,
            String name,
            String otherwise,
            String documentation,
            ConfigDef.@Nullable Validator check) {
        definition.define(
                name, ConfigDef.Type.STRING, otherwise, check, Importance.MEDIUM, documentation);
    }

    void check(Findings findings) {
        HttpSettings.check(settings, findings);
        switch (paging()) {
            case CURSOR -> {
                need(findings, PAGING_PARAMETER, "the parameter that takes the cursor");
                need(findings, PAGING_POINTER, "where in the answer the next cursor is");
            }
            case OFFSET, PAGE -> need(findings, PAGING_PARAMETER, "the parameter that counts");
            case NONE, LINK -> {
                // Need nothing.
            }
        }
        if (!text(OFFSET_PARAMETER).isEmpty() && text(OFFSET).isEmpty()) {
            findings.add(OFFSET, "offset.parameter needs to know where in a record its value is");
        }
    }

    private void need(Findings findings, String property, String what) {
        if (text(property).isEmpty()) {
            findings.add(
                    property,
                    "paging=%s needs %s".formatted(text(PAGING).toLowerCase(Locale.ROOT), what));
        }
    }

    HttpSettings settings() {
        return settings;
    }

    Paging paging() {
        return Paging.valueOf(text(PAGING).toUpperCase(Locale.ROOT));
    }

    JsonPointer pointer(String name) {
        return JsonPointer.compile(text(name));
    }

    String text(String name) {
        return settings.text(name);
    }

    long pagingStart() {
        return settings.millis(PAGING_START).toMillis();
    }

    int pageSize() {
        return settings.number(PAGE_SIZE);
    }

    Duration pollInterval() {
        return settings.millis(POLL_INTERVAL);
    }

    Duration requestInterval() {
        return settings.millis(REQUEST_INTERVAL);
    }
}
