package naru.broker.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A connected socket whose bytes leave one by one, each in a packet of its own. */
final class TornSocket extends Socket {
    private final Socket connected;

    TornSocket(Socket connected) throws IOException {
        this.connected = connected;
        connected.setTcpNoDelay(true);
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return connected.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        OutputStream whole = connected.getOutputStream();
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                whole.write(value);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int i = 0; i < length; i++) {
                    whole.write(bytes[offset + i]);
                }
            }
        };
    }

    @Override
    public boolean isConnected() {
        return connected.isConnected();
    }

    @Override
    public InetAddress getInetAddress() {
        return connected.getInetAddress();
    }

    @Override
    public int getPort() {
        return connected.getPort();
    }

    @Override
    public void close() throws IOException {
        connected.close();
    }
}
