/** How results are shown: to people as aligned tables, to programs as JSON. Knows no Kafka. */
@NullMarked
package naru.app.terminal;

import org.jspecify.annotations.NullMarked;
