/**
 * Kafka's Connect as a service of a process: what is there while it sleeps, and how it wakes.
 * Started by the app. Nothing in this package loads a class of Kafka's Connect before it wakes;
 * knows no broker.
 */
@NullMarked
package naru.connect;

import org.jspecify.annotations.NullMarked;
