package io.entrarelay.flow;

import io.entrarelay.config.Integration;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.CredentialWatch;
import io.entrarelay.credential.Secrets;
import io.entrarelay.graph.AccessToken;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.OutboundProxy;
import io.entrarelay.graph.Registration;
import io.entrarelay.graph.TokenException;
import io.entrarelay.graph.TokenSource;
import io.entrarelay.graph.Trust;
import io.entrarelay.graph.TrustException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** How each integration proves itself: its credential, kept up to date, and its tokens. */
public final class Connections implements AutoCloseable {

  /** One integration's credential and tokens. */
  public static final class Connection implements AutoCloseable {
    private final CredentialWatch credential;
    private final TokenSource tokens;

    private Connection(CredentialWatch credential, TokenSource tokens) {
      this.credential = credential;
      this.tokens = tokens;
    }

    public CredentialWatch credential() {
      return credential;
    }

    /**
     * A token that is valid for now.
     *
     * @throws CredentialException where there has been no usable credential
     */
    public AccessToken token() throws TokenException, CredentialException {
      credential.current();
      return tokens.token();
    }

    public TokenSource tokens() {
      return tokens;
    }

    @Override
    public void close() {
      tokens.close();
    }
  }

  private final Trust trust;
  private final GraphHttpClientConfigurer http;
  private final Executor executor;
  private final @Nullable Secrets secrets;
  private final Clock clock;
  private final Map<Integration, Connection> connections = new ConcurrentHashMap<>();
  private final Map<String, Integration> current = new ConcurrentHashMap<>();

  /**
   * @param secrets opens the private keys that the state store keeps; null where it keeps none
   */
  public Connections(
      Trust trust,
      GraphHttpClientConfigurer http,
      Executor executor,
      @Nullable Secrets secrets,
      Clock clock) {
    this.trust = trust;
    this.http = http;
    this.executor = executor;
    this.secrets = secrets;
    this.clock = clock;
  }

  /** The way out that the settings name; null where there is no proxy. */
  public static @Nullable OutboundProxy proxy(RelaySettings.Graph graph) {
    RelaySettings.Proxy proxy = graph.proxy();
    return proxy == null
        ? null
        : new OutboundProxy(proxy.host(), proxy.port(), proxy.user(), proxy.password());
  }

  /** From now on the integration of this name is this one. */
  public synchronized void add(Integration integration) {
    if (!integration.equals(current.get(integration.name()))) {
      remove(integration.name());
      current.put(integration.name(), integration);
    }
  }

  /**
   * The integration's connection, made when it is first asked for.
   *
   * @throws IllegalStateException where the integration was changed or removed meanwhile: what is
   *     still under way for the old one must neither use nor replace the new one's tokens
   */
  public synchronized Connection of(Integration integration) {
    if (!integration.equals(current.get(integration.name()))) {
      throw new IllegalStateException(
          "the integration " + integration.name() + " was changed or removed meanwhile");
    }
    return connections.computeIfAbsent(integration, this::connect);
  }

  private Connection connect(Integration integration) {
    Path ca = integration.caCertificate();
    if (ca != null) {
      try {
        trust.add(integration.name(), integration.cloud(), ca);
      } catch (TrustException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
    CredentialWatch credential =
        new CredentialWatch(
            integration.name(),
            integration.credential(),
            new CredentialReader(clock, secrets),
            clock);
    TokenSource tokens =
        new TokenSource(
            new Registration(
                integration.name(),
                integration.tenantId(),
                integration.clientId(),
                integration.cloud()),
            () -> current(credential),
            http,
            executor,
            clock,
            new Random(),
            TokenSource.DEADLINE);
    return new Connection(credential, tokens);
  }

  private static Credential current(CredentialWatch watch) {
    try {
      return watch.current();
    } catch (CredentialException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Forgets an integration: its file was changed or removed. */
  public synchronized void remove(String integration) {
    Integration removed = current.remove(integration);
    Connection connection = removed == null ? null : connections.remove(removed);
    if (connection != null) {
      connection.close();
    }
    trust.remove(integration);
  }

  /** Takes up changed certificate and key files. */
  public void refresh() {
    connections.values().forEach(connection -> connection.credential.refresh());
  }

  @Override
  public void close() {
    List.copyOf(current.keySet()).forEach(this::remove);
  }
}
