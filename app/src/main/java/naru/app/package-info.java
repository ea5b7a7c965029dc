@NullMarked
package naru.app;

import org.jspecify.annotations.NullMarked;
