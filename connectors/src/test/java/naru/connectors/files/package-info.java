/** Tests of the connectors of this package, against real folders and servers. */
@NullMarked
package naru.connectors.files;

import org.jspecify.annotations.NullMarked;
