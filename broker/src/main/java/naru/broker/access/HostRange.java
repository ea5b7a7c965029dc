package naru.broker.access;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/** Client addresses that a rule is for: one, or those that begin with the same bits (CIDR). */
public record HostRange(InetAddress network, int prefixBits) {
    /** Stands for every address. */
    public static final String EVERY = "*";

    /**
     * Reads {@code 10.1.2.3}, {@code 10.1.0.0/16} and the like of IPv6; null for anything else.
     * Names are not looked up.
     */
    public static @Nullable HostRange parse(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress network =
                    InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int most = network.getAddress().length * Byte.SIZE;
            int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
            boolean isPlain = slash < 0 || Character.isDigit(text.charAt(slash + 1));
            return isPlain && bits >= 0 && bits <= most ? new HostRange(network, bits) : null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException unreadable) {
            return null;
        }
    }

    /** An exact address is compared without making anything. */
    boolean contains(InetAddress address) {
        if (address.equals(network)) {
            return true;
        }
        byte[] own = network.getAddress();
        if (prefixBits == own.length * Byte.SIZE) {
            return false;
        }
        byte[] other = address.getAddress();
        if (other.length != own.length) {
            return false;
        }
        int whole = prefixBits / Byte.SIZE;
        for (int i = 0; i < whole; i++) {
            if (own[i] != other[i]) {
                return false;
            }
        }
        int rest = prefixBits % Byte.SIZE;
        int mask = (0xff << (Byte.SIZE - rest)) & 0xff;
        return rest == 0 || (own[whole] & mask) == (other[whole] & mask);
    }
}
