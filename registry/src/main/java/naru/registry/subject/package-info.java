/**
 * What may be done to subjects: registered, looked up, checked, deleted, configured. Each operation
 * decides on {@link naru.registry.store.RegistryState} what is written and answered; a refusal
 * carries the API's code and words.
 */
@NullMarked
package naru.registry.subject;

import org.jspecify.annotations.NullMarked;
