package io.entrarelay.console;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.Role;
import io.entrarelay.state.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** The console, served until it is closed. */
public final class Console implements AutoCloseable {
  /** The first user's name. */
  public static final String FIRST_USER = "admin";

  private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Console.class);

  /** Tomcat's own log, which says of each step that it is taken; kept, since others forget it. */
  private static final Logger TOMCAT = Logger.getLogger("org.apache");

  private final ConfigurableApplicationContext spring;
  private final URI url;

  private Console(ConfigurableApplicationContext spring, URI url) {
    this.spring = spring;
    this.url = url;
  }

  /**
   * Looks before anything is collected whether the console can be served as it is configured: a
   * moment later another program may still take the port.
   *
   * @throws ConsoleException where it can't
   */
  public static void check(RelaySettings.Console settings) {
    ServerCertificate.check(settings);
    InetAddress address;
    try {
      address = InetAddress.getByName(settings.address());
    } catch (UnknownHostException e) {
      throw new ConsoleException(
          "relay.console.address: "
              + settings.address()
              + " is no address of this machine. Write one, like 127.0.0.1, or 0.0.0.0 for all.",
          e);
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // connections of a process before may still be ending
      socket.bind(new InetSocketAddress(address, settings.port()));
    } catch (IOException e) {
      throw unusable(settings, e);
    }
  }

  private static ConsoleException unusable(RelaySettings.Console settings, Exception e) {
    String place = settings.address() + ":" + settings.port();
    boolean taken =
        e instanceof BindException && String.valueOf(e.getMessage()).contains("already in use");
    return new ConsoleException(
        taken
            ? "The console can't be served at "
                + place
                + ": another program has that port. Stop it, set relay.console.port to a free one,"
                + " or relay.console.enabled to false."
            : "The console can't be served at "
                + place
                + " ("
                + e.getMessage()
                + "). Set relay.console.address and relay.console.port to what this user may open"
                + " (ports below 1024 need a right of their own), or relay.console.enabled to"
                + " false.",
        e);
  }

  /**
   * Serves the console. At the very first start of the store a user is made, and told once.
   *
   * @param out where a first user's password goes
   * @throws ConsoleException where it can't be served as it is configured
   */
  public static Console start(ConsoleParts parts, PrintStream out) {
    TOMCAT.setLevel(Level.WARNING);
    RelaySettings.Console settings = parts.console();
    warnOfPlainHttp(settings);
    SpringApplication application = new SpringApplication(ConsoleApplication.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setWebApplicationType(WebApplicationType.SERVLET);
    application.setLogStartupInfo(false);
    application.setRegisterShutdownHook(false);
    // neither the settings file nor the environment is for this: only what is said below
    application.setListeners(List.of());
    application.setInitializers(
        List.of(
            context -> {
              context
                  .getEnvironment()
                  .getPropertySources()
                  .addFirst(new MapPropertySource("console", properties(settings)));
              ((GenericApplicationContext) context).registerBean(ConsoleParts.class, () -> parts);
            }));
    ConfigurableApplicationContext spring;
    try {
      spring = application.run();
    } catch (RuntimeException e) {
      throw refused(settings, e);
    }
    boolean whole = false;
    try {
      int port = ((ServletWebServerApplicationContext) spring).getWebServer().getPort();
      Console console = new Console(spring, url(settings, port));
      console.makeFirstUser(parts, out);
      whole = true;
      return console;
    } catch (StoreException e) {
      throw new ConsoleException("The console has no users: " + e.getMessage() + ".", e);
    } finally {
      if (!whole) {
        spring.close();
      }
    }
  }

  /** Passwords would pass where others can read them. */
  private static void warnOfPlainHttp(RelaySettings.Console settings) {
    try {
      if (settings.publicUrl() == null
          && settings.certificate() == null
          && !InetAddress.getByName(settings.address()).isLoopbackAddress()) {
        LOG.warn(
            "the console at {} is reached by other machines without TLS: name a certificate under"
                + " relay.console, or the address of a proxy with TLS in relay.console.public-url",
            settings.address());
      }
    } catch (UnknownHostException e) {
      LOG.debug("{} is no address, which the web server will say", settings.address());
    }
  }

  private static ConsoleException refused(RelaySettings.Console settings, RuntimeException e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof BindException bind) {
        return unusable(settings, bind);
      }
      if (each instanceof ConsoleException known) {
        return known;
      }
    }
    return new ConsoleException("The console can't be served: " + e.getMessage(), e);
  }

  private void makeFirstUser(ConsoleParts parts, PrintStream out) {
    if (!parts.users().hasNoFirst()) {
      return;
    }
    String password = Passwords.random();
    if (parts
        .users()
        .addFirst(
            FIRST_USER, Role.TENANT_ADMINISTRATOR, Passwords.hash(password), "the first start")) {
      out.println(
          "The console's first user: "
              + FIRST_USER
              + ", password "
              + password
              + " (shown this once; entra-relay user password "
              + FIRST_USER
              + " sets another).");
    }
  }

  /** Whether browsers speak https, with the relay or with a proxy before it. */
  static boolean isSecure(RelaySettings.Console settings) {
    URI url = settings.publicUrl();
    return url == null ? settings.certificate() != null : "https".equalsIgnoreCase(url.getScheme());
  }

  private static URI url(RelaySettings.Console settings, int port) {
    URI url = settings.publicUrl();
    if (url != null) {
      return url;
    }
    String address = settings.address();
    String host = address.contains(":") ? "[" + address + "]" : address;
    return URI.create((isSecure(settings) ? "https://" : "http://") + host + ":" + port);
  }

  private static Map<String, Object> properties(RelaySettings.Console settings) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("server.address", settings.address());
    properties.put("server.port", settings.port());
    properties.put("server.servlet.context-path", PublicUrl.path(settings.publicUrl()));
    properties.put("server.forward-headers-strategy", "none");
    properties.put("server.server-header", "");
    properties.put("server.error.include-stacktrace", "never");
    properties.put("server.error.include-exception", "false");
    properties.put("server.error.include-message", "never");
    properties.put("server.error.whitelabel.enabled", "false");
    properties.put("server.servlet.session.timeout", SessionRules.IDLE.plusMinutes(1).toString());
    properties.put("server.servlet.session.tracking-modes", "cookie");
    properties.put("server.servlet.session.cookie.name", "entra-relay-session");
    properties.put("server.servlet.session.cookie.http-only", "true");
    properties.put("server.servlet.session.cookie.same-site", "lax");
    properties.put("server.servlet.session.cookie.secure", isSecure(settings));
    properties.put("server.tomcat.max-http-form-post-size", "64KB");
    // a browser reads why a file is refused only when all of it was sent
    properties.put("server.tomcat.max-swallow-size", "16MB");
    // files that are sent stay in memory: none is longer than what goes to the disk
    properties.put("spring.servlet.multipart.resolve-lazily", "true"); // not for an error's page
    properties.put("spring.servlet.multipart.max-request-size", RequestBound.MOST_FORM + "B");
    properties.put("spring.servlet.multipart.max-file-size", RequestBound.MOST_FORM + "B");
    properties.put("spring.servlet.multipart.file-size-threshold", RequestBound.MOST_FORM + "B");
    properties.put("server.tomcat.threads.max", "20");
    properties.put("server.tomcat.threads.min-spare", "2");
    properties.put("server.tomcat.max-connections", "1000");
    properties.put("server.tomcat.connection-timeout", "20s");
    properties.put("server.tomcat.mbeanregistry.enabled", "false");
    if (settings.certificate() != null) {
      properties.put("server.ssl.bundle", ServerCertificate.BUNDLE);
      properties.put("server.ssl.enabled-protocols", "TLSv1.3,TLSv1.2");
    }
    properties.put("server.compression.enabled", "true");
    properties.put(
        "server.compression.mime-types",
        "text/html,text/css,text/javascript,application/javascript,application/json,image/svg+xml");
    properties.put("spring.main.lazy-initialization", "false");
    properties.put("spring.jmx.enabled", "false");
    properties.put("spring.mvc.problemdetails.enabled", "true");
    properties.put("spring.jackson.default-property-inclusion", "non_null");
    properties.put("spring.jackson.deserialization.fail-on-unknown-properties", "true");
    properties.put("spring.jackson.deserialization.fail-on-trailing-tokens", "true");
    properties.put("spring.jackson.mapper.allow-coercion-of-scalars", "false");
    properties.put("spring.jackson.parser.strict-duplicate-detection", "true");
    properties.put("spring.mvc.static-path-pattern", "/static/**");
    properties.put("spring.web.resources.static-locations", "classpath:/console/static/");
    properties.put("spring.web.resources.cache.cachecontrol.max-age", "1h");
    properties.put("spring.thymeleaf.prefix", "classpath:/console/templates/");
    properties.put("spring.thymeleaf.check-template-location", "false");
    properties.put("management.endpoints.web.exposure.include", "hawtio,jolokia");
    properties.put("management.endpoint.jolokia.config.allowErrorDetails", "false");
    properties.put("management.endpoint.jolokia.config.includeStackTrace", "false");
    properties.put("management.endpoint.jolokia.config.serializeException", "false");
    properties.put("management.endpoint.jolokia.config.mimeType", "application/json");
    properties.putAll(ApiDescription.properties());
    properties.put("hawtio.authenticationEnabled", "false");
    properties.put("hawtio.disableProxy", "true");
    return properties;
  }

  /** The port that it listens on. */
  public int port() {
    return ((ServletWebServerApplicationContext) spring).getWebServer().getPort();
  }

  /** Where browsers find it. */
  public URI url() {
    return url;
  }

  @Override
  public void close() {
    spring.close();
  }
}
