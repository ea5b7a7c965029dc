/**
 * Leaders and replicas spread over the nodes: what is uneven, which few moves mend it and why
 * ({@link naru.broker.balance.Planner}, pure), and how they are carried out ({@link
 * naru.broker.balance.MoveRun}). {@code Node} runs it beside the active controller; the command
 * line does the same over the Admin API of any cluster. Knows no partition's log and no request.
 */
@NullMarked
package naru.broker.balance;

import org.jspecify.annotations.NullMarked;
