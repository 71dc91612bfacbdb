package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.TenantCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Bad tenants among many: the others are delivered as ever, and the bad ones once they are well.
 */
class TenantFaultsIT extends FaultRows {
  private static final Duration SOON = Duration.ofMinutes(6);

  /** Slices of this length, swept once more at this age: few requests for many tenants. */
  private static Map<String, String> every(int seconds) {
    return Map.of(
        "relay.collect.every", seconds + "s",
        "relay.collect.slice", seconds + "s",
        "relay.collect.sweeps", "0s," + Math.max(8, seconds) + "s",
        "relay.collect.backfill", "10m"); // a thousand are not started in two minutes
  }

  TenantFaultsIT() {
    super(1);
  }

  @TestFactory
  Stream<DynamicTest> tenantFaults() {
    return rows()
        .addLong("17", "one throttled and one unconsented among 200", this::twoOf200)
        .addLong("31", "50 of 1,000 integrations broken", this::fiftyOf1000)
        .tests();
  }

  private Site site(String number, int tenants, double rate, int every) throws Exception {
    SimulatorOptions.Builder graph =
        Site.graph().seed(17).tenants(tenants).records(10).rate(rate).pageServed(1_000);
    Site site = site(number, graph, every(every));
    site.swept(Duration.ofSeconds(4L * Math.max(8, every)));
    return site;
  }

  private static List<String> ids(List<SimulatedTenant> tenants) {
    return tenants.stream().map(SimulatedTenant::tenantId).toList();
  }

  private void twoOf200() throws Exception {
    try (Site site = site("17", 200, 0.2, 5)) {
      List<SimulatedTenant> all = site.simulator().tenants();
      site.simulator().condition(all.get(0).tenantId(), TenantCondition.THROTTLED);
      site.simulator().condition(all.get(1).tenantId(), TenantCondition.CONSENT_MISSING);
      site.start();
      // while the two are bad, the others are delivered as ever
      Row others =
          site.row(
              "17a",
              "one throttled and one unconsented among 200: the 198 others meanwhile",
              ids(all.subList(2, 200)));
      others.underWay(SOON).over().settle(SOON);
      all.subList(0, 2)
          .forEach(it -> site.simulator().condition(it.tenantId(), TenantCondition.WELL));
      site.row("17b", "the two themselves, once they are well", ids(all.subList(0, 2)))
          .over()
          .settle(SOON);
    }
  }

  private void fiftyOf1000() throws Exception {
    try (Site site = site("31", 1_000, 0.02, 30)) {
      List<SimulatedTenant> all = site.simulator().tenants();
      for (int i = 0; i < 50; i++) {
        breakIt(site, i, all.get(i));
      }
      site.start();
      site.row(
              "31a",
              "50 of 1,000 integrations broken in 10 ways: the 950 others meanwhile",
              ids(all.subList(50, 1_000)))
          .underWay(SOON)
          .over()
          .settle(SOON);
      assertThat(site.relay().integrations().problems()).isNotEmpty();
      for (SimulatedTenant tenant : all.subList(0, 50)) {
        site.simulator().condition(tenant.tenantId(), TenantCondition.WELL);
        site.simulator().writeConfig(site.config(), tenant);
      }
      site.row("31b", "the 50 themselves, once they are well", ids(all.subList(0, 50)))
          .over()
          .settle(SOON);
    }
  }

  /** Each of five conditions at Graph and Entra, and five mistakes in files. */
  private static void breakIt(Site site, int number, SimulatedTenant tenant) throws IOException {
    Path integrations = site.config().resolve("integrations");
    Path file = integrations.resolve(tenant.name() + ".yaml");
    Path key = integrations.resolve(tenant.name()).resolve("key.pem");
    switch (number % 10) {
      case 0 -> site.simulator().condition(tenant.tenantId(), TenantCondition.PERMISSION_MISSING);
      case 1 -> site.simulator().condition(tenant.tenantId(), TenantCondition.CONSENT_MISSING);
      case 2 -> site.simulator().condition(tenant.tenantId(), TenantCondition.CERTIFICATE_MISSING);
      case 3 -> site.simulator().condition(tenant.tenantId(), TenantCondition.THROTTLED);
      case 4 -> site.simulator().condition(tenant.tenantId(), TenantCondition.BROKEN);
      case 5 -> Files.writeString(file, "tenant-id: [no yaml");
      case 6 -> Files.delete(key);
      case 7 -> Files.writeString(key, "no key");
      case 8 ->
          Files.writeString(file, Files.readString(file).replace("signIns", "signInsAndOuts"));
      default -> {
        Files.writeString(
            file, Files.readString(file).replace(tenant.clientId(), "no client id at all"));
      }
    }
  }
}
