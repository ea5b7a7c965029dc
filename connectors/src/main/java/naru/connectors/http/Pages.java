package naru.connectors.http;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;

import naru.connectors.http.Exchange.Answer;
import naru.connectors.http.HttpSourceConfig.Paging;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From how far we are to the URL that is asked next, and from an answer to the page after it. */
final class Pages {
    private static final Pattern NEXT_LINK =
            Pattern.compile("<([^>]{1,8000})>\\s*;[^,]*rel=\"?next\"?");

    private final HttpSourceConfig config;
    private final JsonPointer pointer;

    Pages(HttpSourceConfig config) {
        this.config = config;
        this.pointer = config.pointer(HttpSourceConfig.PAGING_POINTER);
    }

    URI uri(Progress progress) {
        String next = progress.next();
        String url = config.text(HttpSettings.URL);
        if (config.paging() == Paging.LINK && next != null) {
            return URI.create(next);
        }
        String counted = next;
        if (counted == null && isCounting()) {
            counted = "" + config.pagingStart();
        }
        url = with(url, HttpSourceConfig.PAGING_PARAMETER, counted);
        if (config.paging() != Paging.NONE) {
            url = with(url, HttpSourceConfig.PAGE_SIZE_PARAMETER, "" + config.pageSize());
        }
        String initial = config.text(HttpSourceConfig.OFFSET_INITIAL);
        String offset =
                progress.offset() == null && !initial.isEmpty() ? initial : progress.offset();
        return URI.create(with(url, HttpSourceConfig.OFFSET_PARAMETER, offset));
    }

    private boolean isCounting() {
        return config.paging() == Paging.OFFSET || config.paging() == Paging.PAGE;
    }

    /** Nothing is added when the property names no parameter, or there is no value. */
    private String with(String url, String property, @Nullable String value) {
        String parameter = config.text(property);
        if (parameter.isEmpty() || value == null) {
            return url;
        }
        return url
                + (url.indexOf('?') < 0 ? "?" : "&")
                + URLEncoder.encode(parameter, StandardCharsets.UTF_8)
                + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /**
     * What leads to the page after this one; null when it was the last.
     *
     * @param records how many the page had
     */
    @Nullable String next(Progress progress, URI asked, Answer answer, JsonNode body, int records) {
        return switch (config.paging()) {
            case NONE -> null;
            case LINK -> {
                String link = link(answer, body);
                yield link == null ? null : asked.resolve(link).toString();
            }
            case CURSOR -> text(body);
            case OFFSET -> records < config.pageSize() ? null : "" + (number(progress) + records);
            case PAGE -> records < config.pageSize() ? null : "" + (number(progress) + 1);
        };
    }

    private long number(Progress progress) {
        String next = progress.next();
        return next == null ? config.pagingStart() : Long.parseLong(next);
    }

    private @Nullable String link(Answer answer, JsonNode body) {
        if (!config.text(HttpSourceConfig.PAGING_POINTER).isEmpty()) {
            return text(body);
        }
        for (String header : answer.headers().allValues("Link")) {
            Matcher next = NEXT_LINK.matcher(header);
            if (next.find()) {
                return next.group(1);
            }
        }
        return null;
    }

    private @Nullable String text(JsonNode body) {
        JsonNode found = body.at(pointer);
        String text = found.isValueNode() && !found.isNull() ? found.asText() : "";
        return text.isEmpty() ? null : text;
    }
}
