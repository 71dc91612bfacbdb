package io.entrarelay.graph;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A small CONNECT proxy that takes every name to one port of loopback. */
final class ConnectProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final int target;
  private final @Nullable String basic;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  final List<String> asked = new CopyOnWriteArrayList<>();
  volatile int refuseWith;

  ConnectProxy(int target, @Nullable String userAndPassword) throws IOException {
    this.target = target;
    this.basic =
        userAndPassword == null
            ? null
            : "basic "
                + Base64.getEncoder()
                    .encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    threads.execute(
        () -> {
          while (!listener.isClosed()) {
            try {
              Socket client = listener.accept();
              open.add(client);
              threads.execute(() -> serve(client));
            } catch (IOException e) {
              return;
            }
          }
        });
  }

  int port() {
    return listener.getLocalPort();
  }

  private void serve(Socket client) {
    try (client) {
      // Unbuffered beyond the head in practice: the client waits for the 200 before it goes on.
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
      OutputStream out = client.getOutputStream();
      while (true) {
        String line = in.readLine();
        if (line == null) {
          return;
        }
        List<String> head = new ArrayList<>();
        for (String header = in.readLine(); header != null && !header.isEmpty(); ) {
          head.add(header);
          header = in.readLine();
        }
        asked.add(line);
        boolean allowed =
            basic == null
                || head.stream()
                    .anyMatch(
                        header ->
                            header.toLowerCase(Locale.ROOT).startsWith("proxy-authorization: ")
                                && header.substring(21).equalsIgnoreCase(basic));
        if (refuseWith != 0) {
          out.write(
              ("HTTP/1.1 " + refuseWith + " No\r\nContent-Length: 2\r\n\r\nno")
                  .getBytes(StandardCharsets.US_ASCII));
        } else if (!allowed) {
          out.write(
              ("HTTP/1.1 407 Authenticate\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                      + "Content-Length: 0\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
        } else {
          tunnel(client, out);
          return;
        }
        out.flush();
      }
    } catch (IOException e) {
      // one side hung up
    }
  }

  private void tunnel(Socket client, OutputStream out) throws IOException {
    try (Socket server = new Socket(InetAddress.getByName("127.0.0.1"), target)) {
      open.add(server);
      out.write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      threads.execute(
          () -> {
            try {
              server.getInputStream().transferTo(client.getOutputStream());
              client.close();
            } catch (IOException e) {
              // one side hung up
            }
          });
      client.getInputStream().transferTo(server.getOutputStream());
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
