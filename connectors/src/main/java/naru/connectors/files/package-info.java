/**
 * Folders of files into topics and topics into folders of files: lines, CSV, JSON and Avro's data
 * files. Reading keeps its place as a byte position together with a fingerprint of the file;
 * writing keeps it in the names of the finished files, so that both go on exactly where they were.
 */
@NullMarked
package naru.connectors.files;

import org.jspecify.annotations.NullMarked;
