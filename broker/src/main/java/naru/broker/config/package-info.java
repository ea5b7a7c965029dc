/** The node's and the topics' configuration: names, types, defaults, where a value comes from. */
@NullMarked
package naru.broker.config;

import org.jspecify.annotations.NullMarked;
