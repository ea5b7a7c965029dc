/**
 * Reads the files of a partition as they lie on disk, for people: every record is checked, nothing
 * is changed, and memory stays bounded whatever the file holds.
 */
@NullMarked
package naru.app.dump;

import org.jspecify.annotations.NullMarked;
