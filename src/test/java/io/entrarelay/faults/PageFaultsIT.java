package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.simulator.Fault;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.Truth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What Graph holds is unusual: nothing for long, very much, very large, or poisonous. */
class PageFaultsIT extends FaultRows {
  private static final Duration SOON = Duration.ofMinutes(3);

  PageFaultsIT() {
    super(5);
  }

  @TestFactory
  Stream<DynamicTest> pageFaults() {
    return rows()
        .add("10", "quiet tenant: nothing for 20 s at a time, two horizons", this::quiet)
        .add("11", "checkpoint 30 days old, Graph keeps 7", this::beforeRetention)
        .add("12", "a walk of more than 1,000 pages", this::manyPages)
        .addLong("14", "records of 64 KiB to 8 MiB in pages of 1,000", this::large)
        .add("20", "poison records", this::poison)
        .tests();
  }

  private void quiet() throws Exception {
    try (Site site = site("10", Site.graph().records(6).rate(0.05)).start()) {
      Row row =
          site.row(
                  "10",
                  "quiet tenant: nothing for 20 s at a time, two horizons (hours, compressed)")
              .underWay();
      Thread.sleep(25_000);
      row.over().settle(SOON);
    }
  }

  private void beforeRetention() throws Exception {
    SimulatorOptions.Builder options =
        Site.graph()
            .records(2_000)
            .span(Duration.ofDays(20))
            .rate(2)
            .late(0)
            .revised(0)
            .retention(Duration.ofDays(7));
    Map<String, String> settings =
        Map.of(
            "relay.collect.backfill", "30d",
            "relay.collect.slice", "1m",
            "relay.collect.sweeps", "0s");
    try (Site site = site("11", options, settings).start()) {
      Instant midnight =
          Instant.now()
              .minus(Duration.ofDays(7))
              .atOffset(ZoneOffset.UTC)
              .toLocalDate()
              .atStartOfDay()
              .toInstant(ZoneOffset.UTC);
      site.swept(Duration.ofSeconds(4));
      site.row("11", "checkpoint 30 days old, Graph keeps 7")
          .about(entry -> !entry.time().isBefore(midnight))
          .note("counted from where Graph's retention begins")
          .over()
          .settle(SOON);
    }
  }

  private void manyPages() throws Exception {
    SimulatorOptions.Builder options =
        Site.graph()
            .records(6_000)
            .span(Duration.ofSeconds(60))
            .rate(0)
            .late(0)
            .revised(0)
            .compress(1)
            .throttle(false)
            .pageServed(5);
    try (Site site = site("12", options, Map.of("relay.graph.budget", "off")).start()) {
      site.row("12", "1,200 pages of 5 records for each report").over().settle(SOON);
    }
  }

  private void large() throws Exception {
    SimulatorOptions.Builder options =
        Site.graph()
            .records(4_000)
            .rate(2)
            .faults(3)
            .faultsOff(EnumSet.allOf(Fault.class))
            .pageServed(1_000);
    try (Site site = site("14", options).start()) {
      site.row("14", "records of 64 KiB to 8 MiB, pages of 1,000 records").over().settle(SOON);
    }
  }

  private void poison() throws Exception {
    Path replay = Files.createDirectories(directory.resolve("replay"));
    write(replay.resolve("records.ndjson"));
    SimulatorOptions.Builder options = Site.graph().rate(0).replay(replay);
    try (Site site = site("20", options).start()) {
      site.row("20", "poison records of " + (POISON.size() - 1) + " kinds among 200 others")
          .about(entry -> !entry.id().equals(TOO_LARGE))
          .note("and one over 8 MiB, which is kept whole as a dead letter")
          .over()
          .settle(SOON);
      assertThat(deadLetters(site)).containsExactly("cut");
    }
  }

  private static List<String> deadLetters(Site site) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + site.data().resolve("state/relay.db"));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT stage FROM dead_letter WHERE bytes > " + (9 << 20))) {
      List<String> stages = new ArrayList<>();
      while (rows.next()) {
        stages.add(rows.getString(1));
      }
      return stages;
    }
  }

  private static final String TOO_LARGE = "poison-3";

  private static final List<String> POISON =
      List.of(
          "\"deep\":" + "[".repeat(900) + "]".repeat(900),
          "\"digits\":1" + "0".repeat(900),
          "\"text\":\"\\ud83d \\u0000 \\u2028 \\udc4b\"",
          "\"large\":\"" + "x".repeat(9 << 20) + "\"",
          "\"" + "n".repeat(40_000) + "\":null",
          "\"status\":[[\"no object\"]],\"userPrincipalName\":{},\"ipAddress\":17",
          "\"status\":null,\"location\":\"nowhere\",\"appliedConditionalAccessPolicies\":\"none\"",
          "\"userPrincipalName\":\"<script>alert(1)</script>\\r\\n[x@y z=\\\"1\\\"]\"");

  /** 200 ordinary records, and between them the poisonous ones. */
  private static void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Simulator simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(200)
                .span(Duration.ofSeconds(40))
                .build())) {
      String tenantId = simulator.tenants().get(0).tenantId();
      try (Stream<Truth.Entry> entries = simulator.truth().records(tenantId, "signIns")) {
        entries.forEach(
            entry -> lines.add(new String(entry.finalContent(), StandardCharsets.UTF_8)));
      }
    }
    for (int i = 0; i < POISON.size(); i++) {
      int at = 10 + 20 * i;
      String time = lines.get(at).replaceFirst("(?s).*?\"createdDateTime\":\"([^\"]*)\".*", "$1");
      lines.add(
          at,
          "{\"id\":\"poison-"
              + i
              + "\",\"createdDateTime\":\""
              + time
              + "\","
              + POISON.get(i)
              + "}");
    }
    Files.write(file, lines);
  }
}
