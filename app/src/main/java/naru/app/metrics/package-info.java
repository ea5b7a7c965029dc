/** The HTTP endpoint for metrics and health. */
@NullMarked
package naru.app.metrics;

import org.jspecify.annotations.NullMarked;
