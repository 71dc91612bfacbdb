package io.entrarelay.state;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL for tests: one that is started once and ends with the JVM, or the one that
 * {@code -Dpostgres.url=jdbc:postgresql://host/postgres -Dpostgres.user=… -Dpostgres.password=…}
 * names. Each test has a database of its own there.
 */
public final class Postgres {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static @Nullable EmbeddedPostgres server;

  private Postgres() {}

  /** A database of a server. */
  public record Database(String url, String user, String password) {
    public JdbcStore open(Duration lease, Steps steps) {
      return JdbcStore.postgres(url, user, password, lease, steps);
    }

    /** A connection past the store. */
    public Connection connect() throws SQLException {
      return DriverManager.getConnection(url, user, password);
    }

    /** The port of its server. */
    public int port() {
      return Integer.parseInt(url.replaceAll("jdbc:postgresql://[^:/]+:(\\d+)/.*", "$1"));
    }

    /** The same database by way of another port of this machine. */
    public String through(int port) {
      return url.replaceFirst("//[^/]+/", "//127.0.0.1:" + port + "/");
    }
  }

  private static synchronized Database server() {
    String url = System.getProperty("postgres.url");
    if (url != null) {
      return new Database(
          url,
          System.getProperty("postgres.user", "postgres"),
          System.getProperty("postgres.password", ""));
    }
    if (server == null) {
      try {
        // durable as in production: what the tests show must hold for a synced log
        server =
            EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("max_connections", "200")
                .setServerConfig("shared_buffers", "64MB")
                .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new Database(
        "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres", "postgres", "postgres");
  }

  /** A new, empty database. */
  public static Database database() {
    Database server = server();
    String name = "relay_" + ProcessHandle.current().pid() + "_" + COUNT.incrementAndGet();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException("no database could be made: " + e.getMessage(), e);
    }
    return new Database(
        server.url.replaceFirst("/[^/?]*(\\?.*)?$", "/" + name + "$1"),
        server.user,
        server.password);
  }
}
