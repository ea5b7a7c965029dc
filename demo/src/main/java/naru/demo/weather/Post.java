package naru.demo.weather;

import java.time.Instant;

/**
 * What somebody, who does not exist, wrote about the weather.
 *
 * @param id CITY/DATE#NUMBER
 * @param postedAt ISO instant
 */
public record Post(String id, String city, String postedAt, String author, String text) {
    public Instant time() {
        return Instant.parse(postedAt);
    }

    /** Which of the posts of its city and day it is. */
    String number() {
        return id.substring(id.indexOf('#') + 1);
    }
}
