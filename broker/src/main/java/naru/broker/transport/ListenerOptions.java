package naru.broker.transport;

import java.net.InetSocketAddress;

/**
 * One listening address.
 *
 * @param address to bind; port 0 takes a free one
 */
public record ListenerOptions(
        String name, InetSocketAddress address, ApiTable apis, ListenerSecurity security) {

    /** One that is open to everybody. */
    public ListenerOptions(String name, InetSocketAddress address, ApiTable apis) {
        this(name, address, apis, ListenerSecurity.NONE);
    }
}
