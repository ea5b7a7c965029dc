@NullMarked
package naru.testkit;

import org.jspecify.annotations.NullMarked;
