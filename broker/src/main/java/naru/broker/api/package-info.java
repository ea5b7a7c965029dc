/**
 * One file for each request kind: checks access and input, asks the owner of the state, answers.
 */
@NullMarked
package naru.broker.api;

import org.jspecify.annotations.NullMarked;
