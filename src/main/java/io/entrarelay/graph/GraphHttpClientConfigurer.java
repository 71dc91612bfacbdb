package io.entrarelay.graph;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.StandardAuthScheme;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultProxyRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.ssl.TLS;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * How every outbound connection to Microsoft is made, for camel-http ({@code http:graph?
 * httpClientConfigurer=#…}) and for the token endpoint: our {@link Trust}, the proxy, one pool, and
 * none of the client's hidden retries, redirects, cookies and cached authentication. A retry below
 * the planner would cost requests of the tenant's budget that nobody counts, and a followed
 * redirect could take a token to another host.
 *
 * <p>Takes effect although camel-http brings a connection manager of its own: the configurer is
 * called last, after the component has set its own. The pool here is shared by all clients built
 * with it and outlives them; close it at the end.
 */
public final class GraphHttpClientConfigurer implements HttpClientConfigurer, AutoCloseable {
  private static final int CONNECTIONS = 128;
  private static final int CONNECTIONS_PER_HOST = 32;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Graph is seen to take minutes over a wide window before it answers 504. */
  private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(120);

  private final PoolingHttpClientConnectionManager connections;
  private volatile BooleanSupplier allowed = () -> true;
  private final @Nullable OutboundProxy proxy;
  private final Timeout responseTimeout;
  private final Timeout poolTimeout;

  public GraphHttpClientConfigurer(Trust trust, @Nullable OutboundProxy proxy) {
    this(trust, proxy, CONNECT_TIMEOUT, RESPONSE_TIMEOUT);
  }

  GraphHttpClientConfigurer(
      Trust trust,
      @Nullable OutboundProxy proxy,
      Duration connectTimeout,
      Duration responseTimeout) {
    this.proxy = proxy;
    this.responseTimeout = Timeout.of(responseTimeout);
    this.poolTimeout = Timeout.of(responseTimeout);
    this.connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setConnectionFactory(socket -> new QuietConnection())
            .setMaxConnTotal(CONNECTIONS)
            .setMaxConnPerRoute(CONNECTIONS_PER_HOST)
            .setTlsSocketStrategy(
                new DefaultClientTlsStrategy(
                    trust.sslContext(),
                    HostnameVerificationPolicy.BOTH,
                    new DefaultHostnameVerifier()))
            .setDefaultTlsConfig(
                TlsConfig.custom()
                    .setSupportedProtocols(TLS.V_1_3, TLS.V_1_2)
                    .setHandshakeTimeout(Timeout.of(connectTimeout))
                    .build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(connectTimeout))
                    .setSocketTimeout(Timeout.of(responseTimeout))
                    // Without retries a connection that the other side has closed meanwhile would
                    // fail the request: look before using one that has been idle.
                    .setValidateAfterInactivity(TimeValue.ofMilliseconds(100))
                    .setTimeToLive(TimeValue.ofMinutes(10))
                    .build())
            .setDefaultSocketConfig(SocketConfig.custom().setTcpNoDelay(true).build())
            .build();
  }

  /**
   * Asked right before each request is written: one that waited for a connection, or whose process
   * was stopped meanwhile, is not sent where it says no, but fails.
   */
  public void sendOnlyWhile(BooleanSupplier allowed) {
    this.allowed = allowed;
  }

  @Override
  public void configureHttpClient(HttpClientBuilder client) {
    client
        .setConnectionManager(connections)
        .setConnectionManagerShared(true)
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableAuthCaching()
        .setDefaultRequestConfig(
            RequestConfig.custom()
                .setResponseTimeout(responseTimeout)
                .setConnectionRequestTimeout(poolTimeout)
                .setRedirectsEnabled(false)
                .setProxyPreferredAuthSchemes(Arrays.asList(StandardAuthScheme.BASIC))
                .build());
    client.addExecInterceptorFirst(
        "error-limit",
        (request, scope, chain) -> {
          ClassicHttpResponse response = chain.proceed(request, scope);
          HttpEntity body = response.getEntity();
          if (response.getCode() >= 300 && body != null) {
            response.setEntity(
                new ErrorBody(
                    body, responseTimeout.toDuration(), scope.execRuntime::discardEndpoint));
          }
          return response;
        });
    client.addExecInterceptorAfter(
        ChainElement.CONNECT.name(),
        "allowed",
        (request, scope, chain) -> {
          if (!allowed.getAsBoolean()) {
            throw new IOException(
                "this node's leases may be another's by now: the request is not sent.");
          }
          return chain.proceed(request, scope);
        });
    if (proxy != null) {
      throughProxy(client, proxy);
    }
  }

  private static void throughProxy(HttpClientBuilder client, OutboundProxy proxy) {
    client.setRoutePlanner(
        new DefaultProxyRoutePlanner(new HttpHost("http", proxy.host(), proxy.port())) {
          @Override
          protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context)
              throws org.apache.hc.core5.http.HttpException {
            // No proxy can reach what listens on this machine's loopback: the simulator.
            return isLoopback(target.getHostName()) ? null : super.determineProxy(target, context);
          }
        });
    BasicCredentialsProvider credentials = new BasicCredentialsProvider();
    if (proxy.user() != null) {
      char[] password = proxy.password() == null ? new char[0] : proxy.password().toCharArray();
      credentials.setCredentials(
          new AuthScope(proxy.host(), proxy.port()),
          new UsernamePasswordCredentials(proxy.user(), password));
    }
    client.setDefaultCredentialsProvider(credentials);
    // The client hands on a proxy's refusal of CONNECT as if the server had answered.
    client.addExecInterceptorBefore(
        ChainElement.CONNECT.name(),
        "proxy-refusal",
        (request, scope, chain) -> {
          ClassicHttpResponse response = chain.proceed(request, scope);
          boolean ofProxy =
              scope.route.getProxyHost() != null
                  && (response.getCode() == 407
                      || (scope.route.isSecure() && scope.clientContext.getSSLSession() == null));
          if (ofProxy) {
            int status = response.getCode();
            response.close();
            scope.execRuntime.discardEndpoint();
            throw new ProxyRefusedException(
                proxy, scope.route.getTargetHost().toHostString(), status);
          }
          return response;
        });
  }

  private static boolean isLoopback(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost") || name.startsWith("127.") || name.equals("::1");
  }

  /** Closes every connection of the pool. */
  @Override
  public void close() {
    connections.close();
  }
}
