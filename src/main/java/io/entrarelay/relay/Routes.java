package io.entrarelay.relay;

import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Pages;
import io.entrarelay.collect.Turn;
import io.entrarelay.flow.Connections;
import io.entrarelay.flow.Failures;
import io.entrarelay.flow.Forms;
import io.entrarelay.flow.PassedRoutes;
import io.entrarelay.flow.PollSteps;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.record.PageMemory;
import io.entrarelay.record.Report;
import io.entrarelay.sink.NdjsonComponent;
import io.entrarelay.sink.Outbox;
import io.entrarelay.sink.OutboxComponent;
import io.entrarelay.sink.kafka.KafkaPageComponent;
import io.entrarelay.sink.syslog.SyslogComponent;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.spi.CamelContextCustomizer;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** The routes under {@code routes/} in their Camel context, with the beans that they call. */
final class Routes implements AutoCloseable {

  /**
   * The Spring side: Camel's own configuration, and nothing that is found by scanning: looking
   * through what else the libraries offer took a tenth of the start.
   */
  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(CamelAutoConfiguration.class)
  static class Application {}

  private final ConfigurableApplicationContext spring;
  private final CamelContext camel;
  private final ProducerTemplate template;
  private final Endpoint poll;

  private final Mappings mappings;

  private Routes(ConfigurableApplicationContext spring, Mappings mappings) {
    this.spring = spring;
    this.mappings = mappings;
    this.camel = spring.getBean(CamelContext.class);
    this.template = camel.createProducerTemplate();
    this.poll = camel.getEndpoint("direct:flow.poll");
  }

  /**
   * @param seed of the store's hashes
   */
  static Routes start(
      RelayOptions options,
      Collector collector,
      Pages pages,
      Connections connections,
      GraphHttpClientConfigurer http,
      Outbox outbox,
      PageMemory memory,
      long seed) {
    Clock clock = options.clock();
    List<String> forms = options.settings().forms();
    Mappings mappings = Mappings.compile(options.routes().resolve("mappings"), forms);
    SpringApplication application = new SpringApplication(Application.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setLogStartupInfo(false);
    application.setRegisterShutdownHook(false);
    application.setDefaultProperties(properties(options));
    Map<String, Object> beans =
        beans(
            new PollSteps(collector, pages, connections, memory),
            new Failures(collector, connections, clock),
            new Forms(forms, mappings),
            http,
            new OutboxComponent(outbox),
            new NdjsonComponent(
                options.data().toAbsolutePath(),
                options.settings().state().isShared(),
                clock,
                options.steps()),
            new KafkaPageComponent(options.settings().sinks().kafka().properties(), seed, clock),
            new SyslogComponent(hostname()));
    application.addInitializers(
        context -> {
          // before the file and the environment, which say the same in other words: 60s, 64MB
          context
              .getEnvironment()
              .getPropertySources()
              .addFirst(new MapPropertySource("relay", options.settings().asProperties()));
          GenericApplicationContext registry = (GenericApplicationContext) context;
          beans.forEach((name, bean) -> register(registry, name, bean));
          registry.registerBean(
              "placeholders", CamelContextCustomizer.class, () -> Routes::placeholdersFromSettings);
        });
    Routes routes;
    try {
      routes = new Routes(application.run(), mappings);
    } catch (Exception e) {
      throw new StartException(
          "The routes under "
              + options.routes().toAbsolutePath()
              + " can't be started: "
              + reasons(e)
              + ". Correct the file; entra-relay routes check shows all that is wrong.",
          e);
    }
    boolean whole = false;
    try {
      mappings.require(forms, routes.reports().keySet());
      whole = true;
      return routes;
    } finally {
      if (!whole) {
        routes.close();
      }
    }
  }

  /** As others know this machine. */
  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    }
  }

  /** Camel would read RELAY_… for itself, unchecked and in another form than the routes need. */
  static void placeholdersFromSettings(CamelContext camel) {
    ((PropertiesComponent) camel.getPropertiesComponent())
        .setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
  }

  /** What each cause adds to the one around it, on one line. */
  private static String reasons(Throwable failed) {
    List<String> reasons = new ArrayList<>();
    for (Throwable each = failed; each != null; each = each.getCause()) {
      Throwable cause = each.getCause();
      String message = each.getMessage();
      // a wrapper that only repeats its cause says nothing
      if (message == null || (cause != null && message.equals(cause.toString()))) {
        continue;
      }
      String line = message.lines().limit(3).map(String::strip).collect(Collectors.joining(" "));
      if (reasons.stream().noneMatch(reason -> reason.contains(line))) {
        reasons.add(line);
      }
    }
    return String.join(": ", reasons).replaceAll(":+ *: *", ": ").replaceAll("[:.]+$", "");
  }

  /** The beans and components that YAML calls, by name. */
  static Map<String, Object> beans(
      PollSteps poll,
      Failures failures,
      Forms forms,
      GraphHttpClientConfigurer http,
      OutboxComponent outbox,
      NdjsonComponent ndjson,
      KafkaPageComponent kafka,
      SyslogComponent syslog) {
    return Map.of(
        "poll", poll,
        "failures", failures,
        "forms", forms,
        "graphClient", http,
        "outbox", outbox,
        "ndjson", ndjson,
        "kafka-page", kafka,
        "syslog", syslog,
        "passedRoutes", new PassedRoutes());
  }

  /** The classes of the beans whose methods YAML calls. */
  static final Map<String, Class<?>> BEANS =
      Map.of(
          "poll", PollSteps.class,
          "failures", Failures.class,
          "forms", Forms.class,
          "graphClient", GraphHttpClientConfigurer.class);

  @SuppressWarnings("unchecked") // a bean is of its own class
  private static <T> void register(GenericApplicationContext registry, String name, T bean) {
    registry.registerBean(name, (Class<T>) bean.getClass(), () -> bean);
  }

  private static Map<String, Object> properties(RelayOptions options) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(
        "spring.config.location", "optional:file:" + options.config().toAbsolutePath() + "/");
    Path routes = options.routes().toAbsolutePath();
    // kamelets as well: the component's own location is not bound without a starter
    properties.put(
        "camel.main.routes-include-pattern",
        "file:" + routes + "/**/*.camel.yaml,file:" + routes + "/kamelets/*.kamelet.yaml");
    properties.put("camel.main.name", "entra-relay");
    properties.put("camel.main.jmx-enabled", String.valueOf(options.managed()));
    // a source that is a kamelet is a route like any other to whoever looks
    properties.put("camel.main.jmx-management-register-routes-create-by-kamelet", "true");
    properties.put("camel.main.jmx-update-route-enabled", "false");
    properties.put("camel.main.source-location-enabled", "true");
    properties.put("camel.main.startup-summary-level", "off");
    properties.put("camel.main.shutdown-timeout", "10");
    // a page is read once, by us, with a deadline and a bound
    properties.put("camel.main.stream-caching-enabled", "false");
    properties.put("spring.main.lazy-initialization", "false");
    properties.put("spring.jmx.enabled", "false");
    properties.put("logging.config", "");
    return properties;
  }

  /** Sends a turn through the page loop. */
  void poll(Turn turn) {
    Exchange exchange = poll.createExchange();
    exchange.setVariable("turn", turn);
    exchange.setVariable("integration", turn.walk().feed().integration().name());
    exchange.setVariable("report", turn.walk().feed().report().getName());
    exchange.setVariable("window", turn.walk().window().span().toString());
    template.send(poll, exchange);
    Exception failed = exchange.getException();
    if (failed != null) {
      throw new IllegalStateException("the route flow.poll failed: " + failed, failed);
    }
  }

  /** The reports that the sources declare, by name. */
  Map<String, Report> reports() {
    Map<String, Report> reports = new TreeMap<>();
    camel
        .getRegistry()
        .findByType(Report.class)
        .forEach(report -> reports.put(report.getName(), report));
    return reports;
  }

  /** What the forms are made by. */
  Mappings mappings() {
    return mappings;
  }

  CamelContext camel() {
    return camel;
  }

  @Override
  public void close() {
    spring.close();
  }
}
