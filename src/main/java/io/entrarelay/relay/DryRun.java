package io.entrarelay.relay;

import io.entrarelay.collect.Budget;
import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.collect.Pages;
import io.entrarelay.collect.SeenMinutes;
import io.entrarelay.config.DidYouMean;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.flow.Connections;
import io.entrarelay.flow.Failures;
import io.entrarelay.flow.Forms;
import io.entrarelay.flow.PollSteps;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.Trust;
import io.entrarelay.graph.TrustException;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.plan.Schedule;
import io.entrarelay.record.PageMemory;
import io.entrarelay.routes.Finding;
import io.entrarelay.routes.RoutesCheck;
import io.entrarelay.routes.RoutesCheck.Listed;
import io.entrarelay.routes.RoutesCheck.Option;
import io.entrarelay.sink.NdjsonComponent;
import io.entrarelay.sink.Outbox;
import io.entrarelay.sink.OutboxComponent;
import io.entrarelay.sink.kafka.KafkaPageComponent;
import io.entrarelay.sink.syslog.SyslogComponent;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.EndpointUriFactory;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.FileSystemResource;

/**
 * Loads the routes into a Camel context that never starts them: Camel itself then finds wrong
 * options, components, functions, beans and methods. The relay's parts are there, made over a state
 * that holds nothing; nothing is read, written or connected.
 */
final class DryRun {
  private static final Pattern PLACE = Pattern.compile("line (\\d+), column \\d+|\\.yaml:(\\d+)");
  private static final Pattern ROUTE = Pattern.compile("Failed to create route:? (\\S+)");

  private final Path routes;
  private final Path config;
  private final RelaySettings settings;
  private final RoutesCheck check;
  private final Map<String, Integer> lines;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * @param check knows the lines of ids and options
   */
  DryRun(Path routes, Path config, RelaySettings settings, RoutesCheck check) {
    this.check = check;
    this.routes = routes;
    this.config = config;
    this.settings = settings;
    this.lines = check.list().stream().collect(Collectors.toMap(Listed::id, Listed::line));
  }

  /** What Camel finds. */
  List<Finding> findings() {
    try (DefaultCamelContext camel = new DefaultCamelContext();
        GraphHttpClientConfigurer http =
            new GraphHttpClientConfigurer(new Trust(settings.graph().caCertificate()), null)) {
      camel.disableJMX();
      camel.setAutoStartup(false);
      camel.setSourceLocationEnabled(true);
      Properties properties = new Properties();
      others(config.resolve("application.yaml"), properties);
      properties.putAll(settings.asProperties());
      camel.getPropertiesComponent().setInitialProperties(properties);
      Routes.placeholdersFromSettings(camel);
      beans(http).forEach(camel.getRegistry()::bind);
      QuartzComponent quartz = new QuartzComponent();
      quartz.setAutoStartScheduler(false);
      camel.addComponent("quartz", quartz);
      camel.start();
      for (Path file : files(routes)) {
        load(camel, file);
      }
      check.options().forEach(option -> known(camel, option));
    } catch (TrustException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return findings;
  }

  private Map<String, Object> beans(GraphHttpClientConfigurer http) throws TrustException {
    Clock clock = Clock.systemUTC();
    Store store =
        (Store)
            Proxy.newProxyInstance(
                DryRun.class.getClassLoader(),
                new Class<?>[] {Store.class},
                (proxy, method, arguments) ->
                    method.getReturnType() == long.class ? Long.valueOf(0) : null);
    Outbox outbox = new Outbox(store, () -> false, clock, Steps.NONE);
    Pages pages = new Pages(store, new SeenMinutes(store, 0), clock, true, shard -> {});
    RelaySettings.Collect collect = settings.collect();
    Collector collector =
        new Collector(
            store,
            pages,
            new Budget(null, false, () -> 0, (at, task) -> {}),
            new Schedule(collect.every(), collect.slice(), collect.sweeps(), Duration.ofDays(30)),
            collect.backfill(),
            Scope.RUN,
            task -> {},
            (delay, task) -> {},
            clock,
            turn -> {},
            () -> false);
    Connections connections =
        new Connections(new Trust(settings.graph().caCertificate()), http, task -> {}, null, clock);
    return Routes.beans(
        new PollSteps(collector, pages, connections, new PageMemory(1)),
        new Failures(collector, connections, clock),
        new Forms(settings.forms(), Mappings.compile(routes.resolve("mappings"), settings.forms())),
        http,
        new OutboxComponent(outbox),
        new NdjsonComponent(routes, false, clock, Steps.NONE),
        new KafkaPageComponent(Map.of(), 0, clock),
        new SyslogComponent("dry-run"));
  }

  /** The file's keys that are not the relay's. */
  private static void others(Path file, Properties properties) throws IOException {
    if (!Files.isReadable(file)) {
      return;
    }
    for (PropertySource<?> source :
        new YamlPropertySourceLoader().load("application", new FileSystemResource(file))) {
      if (source instanceof EnumerablePropertySource<?> keys) {
        for (String key : keys.getPropertyNames()) {
          properties.put(key, String.valueOf(keys.getProperty(key)));
        }
      }
    }
  }

  /** Kamelets and policies first: routes name them. */
  private static List<Path> files(Path routes) throws IOException {
    try (Stream<Path> files = Files.walk(routes)) {
      return files
          .filter(file -> file.toString().matches(".*\\.(kamelet|camel)\\.yaml"))
          .sorted(Comparator.comparingInt((Path file) -> rank(file)).thenComparing(file -> file))
          .toList();
    }
  }

  private static int rank(Path file) {
    String name = file.toString();
    return name.endsWith(".kamelet.yaml") ? 0 : name.contains("shared") ? 1 : 2;
  }

  /** Some components (http) take any option and pass it on: a misspelt one would go unnoticed. */
  private void known(CamelContext camel, Option option) {
    EndpointUriFactory factory =
        camel.getCamelContextExtension().getEndpointUriFactory(option.scheme());
    if (factory != null
        && !factory.propertyNames().contains(option.name())
        && factory.multiValuePrefixes().values().stream().noneMatch(option.name()::startsWith)) {
      findings.add(
          new Finding(
              option.file(),
              option.line(),
              "option",
              option.scheme() + ": has no option " + option.name(),
              DidYouMean.among(factory.propertyNames(), option.name())
                  .map(meant -> "Did you mean " + meant + "?")
                  .orElse(
                      "See camel.apache.org/components/4.18.x/"
                          + option.scheme()
                          + "-component.html")));
    }
  }

  private void load(CamelContext camel, Path file) {
    Resource resource = ResourceHelper.resolveResource(camel, "file:" + file.toAbsolutePath());
    try {
      PluginHelper.getRoutesLoader(camel).loadRoutes(resource);
    } catch (Exception e) {
      findings.add(
          new Finding(
              file.toString(),
              line(e),
              "camel",
              said(e),
              "Camel's manual is at camel.apache.org/components/4.18.x"));
    }
  }

  private int line(Throwable failed) {
    int line = 0;
    for (Throwable each = failed; each != null; each = each.getCause()) {
      Matcher place = PLACE.matcher(String.valueOf(each.getMessage()));
      Matcher route = ROUTE.matcher(String.valueOf(each.getMessage()));
      if (line == 0 && route.find()) {
        line = lines.getOrDefault(route.group(1), 0);
      }
      if (place.find()) {
        line = Integer.parseInt(place.group(1) == null ? place.group(2) : place.group(1));
      }
    }
    return line;
  }

  /** What the innermost cause says, on one line. */
  private static String said(Throwable failed) {
    Throwable last = failed;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String message = String.valueOf(last.getMessage()).replaceAll("\\s+", " ").strip();
    return message.replaceAll("[. ]+$", "");
  }
}
