package io.entrarelay.sink;

import io.entrarelay.record.FormLines;
import io.entrarelay.sink.NdjsonFiles.Compression;
import io.entrarelay.sink.NdjsonFiles.Style;
import io.entrarelay.state.Steps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/**
 * The Camel component {@code ndjson:DIRECTORY}: writes pages of the outbox as lines into files
 * under {@code DIRECTORY/<form>/<report>/<integration>/}. A file is named by the span of the outbox
 * that it holds, so that writing it again after a crash gives the same file, also where the
 * compression was changed meanwhile. Where the directory was changed, nothing here knows the old
 * one: a file that was finished there just before the crash is written to the new one as well.
 */
public final class NdjsonComponent extends DefaultComponent {
  private final InstantSource clock;
  private final Steps steps;
  private final Path base;
  private final boolean shared;
  private final Map<Path, String> roots = new ConcurrentHashMap<>();

  /**
   * @param base what a relative directory is relative to: the data directory
   * @param shared whether other nodes may write to the same directories
   */
  public NdjsonComponent(Path base, boolean shared, InstantSource clock, Steps steps) {
    this.steps = steps;
    this.shared = shared;
    this.base = base;
    this.clock = clock;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String directory, Map<String, Object> parameters)
      throws Exception {
    NdjsonEndpoint endpoint = new NdjsonEndpoint(uri, this, base.resolve(directory).normalize());
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** A directory with its way of writing. */
  public static final class NdjsonEndpoint extends DefaultEndpoint {
    private final Path root;
    private long rollEvery = Duration.ofMinutes(1).toMillis();
    private long rollSize = 64 << 20;
    private String compression = "none";
    private @Nullable String group;

    NdjsonEndpoint(String uri, NdjsonComponent component, Path root) {
      super(uri, component);
      this.root = root;
    }

    /** The age at which a file is finished, milliseconds. */
    public long getRollEvery() {
      return rollEvery;
    }

    public void setRollEvery(long rollEvery) {
      this.rollEvery = rollEvery;
    }

    /** The size at which a file is finished, bytes before compression. */
    public long getRollSize() {
      return rollSize;
    }

    public void setRollSize(long rollSize) {
      this.rollSize = rollSize;
    }

    /** How finished files are compressed: none, gzip or zstd. */
    public String getCompression() {
      return compression;
    }

    public void setCompression(String compression) {
      this.compression = compression;
    }

    /** The group that may read the files; the process's own where it is missing. */
    public @Nullable String getGroup() {
      return group;
    }

    public void setGroup(@Nullable String group) {
      this.group = group == null || group.isBlank() ? null : group;
    }

    @Override
    public Producer createProducer() throws Exception {
      NdjsonComponent component = (NdjsonComponent) getComponent();
      return new NdjsonProducer(
          this,
          new Style(
              root,
              Duration.ofMillis(rollEvery),
              rollSize,
              Compression.valueOf(compression),
              group),
          component);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
      throw new UnsupportedOperationException("ndjson: can only be written to");
    }
  }

  private static final class NdjsonProducer extends DefaultProducer {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private final Style style;
    private final NdjsonComponent component;

    NdjsonProducer(NdjsonEndpoint endpoint, Style style, NdjsonComponent component) {
      super(endpoint);
      this.style = style;
      this.component = component;
    }

    /** Only who is about to write may touch what is there. */
    @Override
    protected void doStart() throws Exception {
      super.doStart();
      Instant now = component.clock.instant();
      NdjsonFiles.sweep(
          style.root(), component.shared ? now.minus(style.rollEvery().multipliedBy(2)) : now);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
      Delivery delivery =
          Objects.requireNonNull(
              exchange.getVariable(OutboxComponent.DELIVERY, Delivery.class),
              "ndjson: writes pages that come from the outbox (kamelet outbox-source)");
      String owner = component.roots.computeIfAbsent(style.root(), root -> delivery.sink());
      if (!owner.equals(delivery.sink())) {
        throw new SinkException(
            "the sinks "
                + owner
                + " and "
                + delivery.sink()
                + " both write to "
                + style.root()
                + ": give each a directory of its own");
      }
      NdjsonFiles files =
          (NdjsonFiles)
              delivery.enlist(
                  style.root(), () -> new NdjsonFiles(style, delivery, component.steps));
      Path directory =
          style
              .root()
              .resolve(name(exchange, "form"))
              .resolve(name(exchange, "report"))
              .resolve(name(exchange, "integration"));
      long collectedAt = Objects.requireNonNull(exchange.getVariable("collectedAt", Long.class));
      Object body = exchange.getMessage().getBody();
      long now = component.clock.millis();
      try {
        FormLines lines =
            body instanceof FormLines whole
                ? whole
                : FormLines.of(exchange.getMessage().getMandatoryBody(byte[].class));
        files.append(directory, lines.bytes(), lines.length(), collectedAt, now);
      } catch (IOException e) {
        throw new SinkException(
            "can't write under "
                + style.root()
                + ": "
                + e
                + ". Check that its disk has room and that this user may write there",
            e);
      }
    }

    private static String name(Exchange exchange, String variable) {
      String name = String.valueOf(exchange.getVariable(variable, String.class));
      if (!NAME.matcher(name).matches()) {
        throw new SinkException(
            "the "
                + variable
                + " "
                + name
                + " can't name a directory: set the variable "
                + variable
                + " to letters, digits, - and _, at most 63");
      }
      return name;
    }
  }
}
