/** What the tests of the connectors share: the part of Connect that a task talks to. */
@NullMarked
package naru.connectors;

import org.jspecify.annotations.NullMarked;
