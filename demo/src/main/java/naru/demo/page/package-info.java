/**
 * The demo's page: what is served to the browser, and the look at the pipeline, once a second, from
 * which it is made.
 *
 * <p>Called by {@code naru.demo}. Reads the cluster, the database and Connect; changes nothing.
 */
@NullMarked
package naru.demo.page;

import org.jspecify.annotations.NullMarked;
