/**
 * Three whole brokers on machines of their own, a model of the controller, a network that fails,
 * and clients that find their way (docs/design/simulation.md).
 */
package naru.simulation.cluster;
