package naru.rest;

import java.time.Duration;

/**
 * What can be chosen of the proxy.
 *
 * @param instances of consumers at once
 * @param instancesPerUser of one user
 * @param instanceIdle after which an instance that nobody asks for is ended
 */
public record RestSettings(int instances, int instancesPerUser, Duration instanceIdle) {
    public static final RestSettings DEFAULT = new RestSettings(100, 50, Duration.ofMinutes(5));
}
