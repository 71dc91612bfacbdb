package io.entrarelay.simulator;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is simulated. Made by {@link #builder()}, whose defaults are a tenant with 10,000 past
 * records in each report, over a day, without faults, at Graph's real limits.
 *
 * @param scheme {@code https} (with a certificate authority of its own) or {@code http}
 * @param port the port to listen on, on the loopback address; 0 takes a free one
 * @param tenants how many tenants exist, each with an application and a certificate
 * @param oneApp whether all tenants share one client id, as a provider's multi-tenant application
 *     does; otherwise each has its own
 * @param seed what all ids, times, contents and faults follow from
 * @param reports what integrations in a written configuration collect, what is rendered beforehand,
 *     and what {@link Truth#settled} waits for; all others are served as well
 * @param records how many records each tenant and report has when the simulator starts; of risks a
 *     twentieth
 * @param span over which time before the start those records are spread
 * @param rate records per second that come into being in each tenant and report from the start on;
 *     of risks a twentieth
 * @param late the share (0 to 1) of records that Graph shows late, by 1 s to 2 h
 * @param revised the share (0 to 1) of records whose content changes later, by 5 s to 2 h
 * @param compress by what the delays of late and revised records, the life of skip tokens and the
 *     waits of faults are divided; 1 is Graph's own pace
 * @param faults how hostile the answers are: 0 not at all, 3 worst
 * @param faultsOff kinds of faults that never happen, whatever the level
 * @param throttle whether Graph's limits are held
 * @param limit requests per tenant and application, over all reports, per {@code limitWindow};
 *     identity protection has a limit of its own in proportion, as Graph's are 5 in 10 s and 1 in 1
 *     s
 * @param appLimit requests per application over all tenants, per {@code limitWindow}
 * @param limitWindow the length of the sliding window of both limits
 * @param retention how far back a query may start; 30 days with Entra ID P1 or P2, 7 without
 * @param pageLimit the largest page, in records
 * @param pageServed the most records that a page holds, whatever was asked for: Graph promises no
 *     page size
 * @param prerendered whether the pages of past records are rendered and compressed before the start
 *     is over, for benchmarks; needs {@code rate}, {@code late}, {@code revised} and {@code faults}
 *     to be 0
 * @param replay a folder of {@code *.ndjson} files with records in Graph's shape to serve instead
 *     of generated ones; the newest is moved to the start of the simulator, the distances stay
 * @param unconsented how many further tenants there are in which nobody has consented to {@link
 *     Simulator#application()}, the only application that they can have
 * @param applicationName what a consent page calls that application
 * @param redirectUris where answers to that application may go, exactly; the port of {@code
 *     http://localhost} may differ
 * @param replicationLag how long a consent takes to be known everywhere
 * @param clock what the time of day is
 */
public record SimulatorOptions(
    String scheme,
    int port,
    int tenants,
    boolean oneApp,
    long seed,
    List<String> reports,
    long records,
    Duration span,
    double rate,
    double late,
    double revised,
    double compress,
    int faults,
    Set<Fault> faultsOff,
    boolean throttle,
    int limit,
    int appLimit,
    Duration limitWindow,
    Duration retention,
    int pageLimit,
    int pageServed,
    boolean prerendered,
    @Nullable Path replay,
    int unconsented,
    String applicationName,
    List<String> redirectUris,
    ReplicationLag replicationLag,
    Clock clock) {

  public SimulatorOptions {
    check(scheme.equals("http") || scheme.equals("https"), "scheme is http or https");
    check(port >= 0 && port <= 65535, "port is 0 to 65535");
    check(unconsented >= 0 && unconsented <= 10_000, "unconsented is 0 to 10000");
    check(tenants >= (unconsented > 0 ? 0 : 1) && tenants <= 10_000, "tenants is 1 to 10000");
    check(!applicationName.isBlank(), "applicationName is not blank");
    check(records >= 0 && records <= 100_000_000, "records is 0 to 100000000");
    check(span.compareTo(Duration.ofMillis(1)) >= 0, "span is at least 1 ms");
    check(span.compareTo(Duration.ofDays(366)) <= 0, "span is at most 366 days");
    check(rate >= 0 && rate <= 1_000_000, "rate is 0 to 1000000 records per second");
    check(late >= 0 && late <= 1, "late is a share, 0 to 1");
    check(revised >= 0 && revised <= 1, "revised is a share, 0 to 1");
    check(compress >= 1, "compress is at least 1");
    check(faults >= 0 && faults <= 3, "faults is 0 to 3");
    check(limit >= 1 && appLimit >= 1, "limits are at least 1 request");
    check(pageLimit >= 1 && pageLimit <= 1000, "pageLimit is 1 to 1000");
    check(pageServed >= 1, "pageServed is at least 1");
    check(
        !prerendered || (rate == 0 && late == 0 && revised == 0 && faults == 0 && replay == null),
        "prerendered pages can't have a rate, late or revised records, faults or a replay");
    reports.forEach(ReportKind::ofReport);
    reports = List.copyOf(reports);
    faultsOff = Set.copyOf(faultsOff);
    redirectUris.forEach(Registration::checkRedirectUri);
    redirectUris = List.copyOf(redirectUris);
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("The simulator can't start: " + rule + ".");
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Sets the options one by one; see {@link SimulatorOptions} for units. */
  public static final class Builder {
    private String scheme = "https";
    private int port = 0;
    private int tenants = 1;
    private boolean oneApp = false;
    private long seed = 1;
    private List<String> reports = List.of("signIns", "directoryAudits");
    private long records = 10_000;
    private Duration span = Duration.ofHours(24);
    private double rate = 0;
    private double late = 0;
    private double revised = 0;
    private double compress = 1;
    private int faults = 0;
    private Set<Fault> faultsOff = EnumSet.noneOf(Fault.class);
    private boolean throttle = true;
    private int limit = 5;
    private int appLimit = 122;
    private Duration limitWindow = Duration.ofSeconds(10);
    private Duration retention = Duration.ofDays(30);
    private int pageLimit = 1000;
    private int pageServed = 1000;
    private boolean prerendered = false;
    private @Nullable Path replay;
    private int unconsented = 0;
    private String applicationName = "Entra Relay";
    private List<String> redirectUris = List.of();
    private ReplicationLag replicationLag = ReplicationLag.NONE;
    private Clock clock = Clock.systemUTC();

    private Builder() {}

    public Builder scheme(String value) {
      scheme = value;
      return this;
    }

    public Builder port(int value) {
      port = value;
      return this;
    }

    public Builder tenants(int value) {
      tenants = value;
      return this;
    }

    public Builder oneApp(boolean value) {
      oneApp = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder reports(List<String> value) {
      reports = value;
      return this;
    }

    public Builder records(long value) {
      records = value;
      return this;
    }

    public Builder span(Duration value) {
      span = value;
      return this;
    }

    public Builder rate(double value) {
      rate = value;
      return this;
    }

    public Builder late(double value) {
      late = value;
      return this;
    }

    public Builder revised(double value) {
      revised = value;
      return this;
    }

    public Builder compress(double value) {
      compress = value;
      return this;
    }

    public Builder faults(int value) {
      faults = value;
      return this;
    }

    public Builder faultsOff(Set<Fault> value) {
      faultsOff = value;
      return this;
    }

    public Builder throttle(boolean value) {
      throttle = value;
      return this;
    }

    public Builder limit(int value) {
      limit = value;
      return this;
    }

    public Builder appLimit(int value) {
      appLimit = value;
      return this;
    }

    public Builder limitWindow(Duration value) {
      limitWindow = value;
      return this;
    }

    public Builder retention(Duration value) {
      retention = value;
      return this;
    }

    public Builder pageLimit(int value) {
      pageLimit = value;
      return this;
    }

    public Builder pageServed(int value) {
      pageServed = value;
      return this;
    }

    public Builder prerendered(boolean value) {
      prerendered = value;
      return this;
    }

    public Builder replay(@Nullable Path value) {
      replay = value;
      return this;
    }

    public Builder unconsented(int value) {
      unconsented = value;
      return this;
    }

    public Builder applicationName(String value) {
      applicationName = value;
      return this;
    }

    public Builder redirectUris(List<String> value) {
      redirectUris = value;
      return this;
    }

    public Builder replicationLag(ReplicationLag value) {
      replicationLag = value;
      return this;
    }

    public Builder clock(Clock value) {
      clock = value;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException naming the rule that an option breaks
     */
    public SimulatorOptions build() {
      return new SimulatorOptions(
          scheme,
          port,
          tenants,
          oneApp,
          seed,
          reports,
          records,
          span,
          rate,
          late,
          revised,
          compress,
          faults,
          faultsOff,
          throttle,
          limit,
          appLimit,
          limitWindow,
          retention,
          pageLimit,
          pageServed,
          prerendered,
          replay,
          unconsented,
          applicationName,
          redirectUris,
          replicationLag,
          clock);
    }
  }
}
