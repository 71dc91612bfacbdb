package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultsIT {
  private static final String SIGN_INS = "/v1.0/auditLogs/signIns";

  private static SimulatorOptions.Builder hostile(int level) {
    return SimulatorOptions.builder()
        .scheme("http")
        .records(1500)
        .span(Duration.ofMinutes(60))
        .compress(2000)
        .throttle(false)
        .faults(level);
  }

  /** A client that tries again, whatever comes, and remembers what it has seen. */
  private static final class StubbornClient {
    private final Simulator simulator;
    private final TestClient client;
    private final Map<String, JsonNode> seen = new HashMap<>();
    private int requests = 0;

    StubbornClient(Simulator simulator) {
      this.simulator = simulator;
      this.client = new TestClient(simulator);
    }

    /** Reads a window to its end, from the start again whenever the walk breaks. */
    void read(String pathAndQuery) throws Exception {
      String url = simulator.base() + pathAndQuery;
      while (!url.isEmpty()) {
        if (++requests > 5_000) {
          throw new AssertionError("no end after 5000 requests: " + simulator.truth().faults());
        }
        JsonNode page = page(url);
        if (page == null) {
          continue;
        }
        if (page.has("error") || !page.path("value").isArray()) {
          url = simulator.base() + pathAndQuery;
          continue;
        }
        page.path("value").forEach(record -> seen.put(record.path("id").asText(), record));
        url = page.path("@odata.nextLink").asText();
        URI next = URI.create(url);
        if (!url.isEmpty()
            && (next.getRawUserInfo() != null
                || next.getPort() != simulator.base().getPort()
                || !next.getPath().equals(SIGN_INS)
                || url.endsWith("skiptoken="))) {
          url = simulator.base() + pathAndQuery;
        }
      }
    }

    /** A page or an error object, or null when the same request may be sent again. */
    private @Nullable JsonNode page(String url) throws Exception {
      TestClient.Answer answer;
      try {
        answer = client.getUrl(url);
      } catch (IOException e) {
        return null;
      }
      if (answer.status() == 401) {
        String challenge = answer.header("WWW-Authenticate");
        token(challenge.isEmpty() ? null : challenge.replaceFirst(".*claims=\"([^\"]+)\".*", "$1"));
        return null;
      }
      if (answer.status() == 400) {
        return answer.json();
      }
      if (answer.status() != 200) {
        return null;
      }
      try {
        JsonNode json = answer.json();
        return json.isMissingNode() || json.has("error") ? null : json;
      } catch (JsonProcessingException e) {
        return null;
      }
    }

    void token(@Nullable String claims) throws Exception {
      String merged =
          claims == null
              ? "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}"
              : new String(Base64.getDecoder().decode(claims), StandardCharsets.UTF_8)
                  .replaceFirst("\\{\"nbf", "{\"xms_cc\":{\"values\":[\"cp1\"]},\"nbf");
      for (int i = 0; i < 20; i++) {
        Map<String, String> fields = client.tokenRequest();
        fields.put("claims", merged);
        TestClient.Answer answer = client.requestToken(fields);
        try {
          String token = answer.json().path("access_token").asText();
          if (answer.status() == 200 && !token.isEmpty()) {
            client.token(token);
            return;
          }
        } catch (JsonProcessingException e) {
          // HTML or cut: try again
        }
      }
      throw new AssertionError("no token after 20 requests");
    }
  }

  private static Set<String> idsFrom(Simulator simulator, Instant from) {
    return simulator
        .truth()
        .records(simulator.tenants().get(0).tenantId(), "signIns")
        .filter(entry -> !entry.time().isBefore(from))
        .map(Truth.Entry::id)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @EnumSource(value = Fault.class)
  void aStubbornClientGetsThroughEachFault(Fault fault) throws Exception {
    Set<Fault> others = EnumSet.complementOf(EnumSet.of(fault));
    // only young records are left out by a first query
    int compress = fault == Fault.FEWER_ROWS ? 1 : 2000;
    try (Simulator simulator =
        Simulator.start(
            hostile(3).records(300).compress(compress).faultsOff(others).seed(3).build())) {
      StubbornClient client = new StubbornClient(simulator);
      client.token(null);
      Instant from = simulator.clock().instant().minus(Duration.ofMinutes(45));
      String window =
          SIGN_INS + "?$top=40&$filter=" + TestClient.filter("createdDateTime ge " + from);
      for (int i = 0; i < 100 && !simulator.truth().faults().containsKey(fault); i++) {
        client.read(window);
        if (fault == Fault.TOKEN_ENDPOINT) {
          client.token(null);
        }
      }
      assertThat(simulator.truth().faults().keySet()).containsExactly(fault);
      client.read(window);
      assertThat(client.seen.keySet()).containsAll(idsFrom(simulator, from));
      if (fault != Fault.OUT_OF_WINDOW) {
        assertThat(client.seen.keySet()).hasSameSizeAs(idsFrom(simulator, from));
      }
      assertThat(simulator.truth().tokensSentElsewhere()).isZero();
    }
  }

  @Test
  void aStubbornClientGetsEverythingAtTheWorstLevel() throws Exception {
    try (Simulator simulator = Simulator.start(hostile(3).records(800).build())) {
      StubbornClient client = new StubbornClient(simulator);
      client.token(null);
      for (int i = 0; i < 6; i++) {
        client.read(SIGN_INS + "?$top=20");
      }
      assertThat(client.seen.keySet()).isEqualTo(idsFrom(simulator, Instant.MIN));
      assertThat(simulator.truth().faults())
          .hasSizeGreaterThan(12)
          .allSatisfy((fault, count) -> assertThat(count).isPositive());
    }
  }

  @Test
  void theSameSeedMeetsTheSameFaults() throws Exception {
    List<Map<Fault, Long>> counts = new ArrayList<>();
    TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));
    for (int seed : new int[] {5, 5, 6}) {
      try (Simulator simulator =
          Simulator.start(hostile(2).records(300).seed(seed).clock(clock).build())) {
        StubbornClient client = new StubbornClient(simulator);
        client.token(null);
        for (int i = 0; i < 8; i++) {
          client.read(SIGN_INS + "?$top=10");
        }
        counts.add(simulator.truth().faults());
      }
    }
    assertThat(counts.get(0)).isEqualTo(counts.get(1)).isNotEqualTo(counts.get(2));
  }

  @Test
  void noFaultHappensAtLevelZeroAndOnlyMildOnesAtLevelOne() throws Exception {
    for (int level : new int[] {0, 1}) {
      try (Simulator simulator = Simulator.start(hostile(level).records(300).build())) {
        StubbornClient client = new StubbornClient(simulator);
        client.token(null);
        for (int i = 0; i < 10; i++) {
          client.read(SIGN_INS + "?$top=10");
        }
        assertThat(simulator.truth().faults().keySet())
            .isSubsetOf(
                Arrays.stream(Fault.values()).filter(fault -> fault.level() <= level).toList());
        assertThat(simulator.truth().faults().isEmpty()).isEqualTo(level == 0);
      }
    }
  }

  @Test
  void countsTheTokensThatFollowAFalseLink() throws Exception {
    try (Simulator simulator =
        Simulator.start(
            hostile(3)
                .faultsOff(EnumSet.complementOf(EnumSet.of(Fault.FOREIGN_LINK)))
                .records(300)
                .build())) {
      TestClient client = new TestClient(simulator);
      Set<String> places = new HashSet<>();
      for (int i = 0; i < 3000 && places.size() < 3; i++) {
        String link =
            client.get(SIGN_INS + "?$top=" + (1 + i % 5)).json().path("@odata.nextLink").asText();
        URI next = URI.create(link);
        if (next.getRawUserInfo() != null) {
          places.add("user");
          assertThat(next.getHost()).isEqualTo("localhost");
          assertThat(next.getPort()).isNotEqualTo(simulator.base().getPort());
        } else if (next.getPort() != simulator.base().getPort()) {
          places.add("port");
          // this client follows it, as none should
          assertThat(client.getUrl(link).json().path("value")).isEmpty();
        } else if (!next.getPath().equals(SIGN_INS)) {
          places.add("path");
          assertThat(client.getUrl(link).json().path("value")).isEmpty();
        }
      }
      assertThat(places).containsExactlyInAnyOrder("user", "port", "path");
      assertThat(simulator.truth().tokensSentElsewhere()).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void someRecordsAreOddAndStayTheSame() throws Exception {
    try (Simulator simulator =
        Simulator.start(
            hostile(3).records(3000).seed(2).faultsOff(EnumSet.allOf(Fault.class)).build())) {
      TestClient client = new TestClient(simulator);
      StringBuilder all = new StringBuilder();
      String url = SIGN_INS + "?$top=500";
      while (!url.isEmpty()) {
        String text = client.get(url).text();
        assertThat(client.get(url).text().replaceFirst("skiptoken=[0-9a-f]+", ""))
            .isEqualTo(text.replaceFirst("skiptoken=[0-9a-f]+", ""));
        all.append(text);
        url =
            TestClient.JSON
                .readTree(text)
                .path("@odata.nextLink")
                .asText()
                .replaceFirst("^http://[^/]+", "");
      }
      for (String odd :
          List.of(
              "\\ud83d \\udc4b\\ud83d",
              "\"newInTheNextVersion\":{",
              "\"riskDetail\":\"announcedIn2031\"",
              "\"correlationId\":\"written-twice\"",
              "\"large\":\"0123456789abcdef")) {
        assertThat(all.indexOf(odd)).as(odd).isPositive();
      }
      String tenantId = simulator.tenants().get(0).tenantId();
      assertThat(simulator.truth().records(tenantId, "signIns"))
          .allSatisfy(entry -> assertThat(entry.finalContent().length).isLessThan(Oddities.LARGEST))
          .anySatisfy(entry -> assertThat(entry.finalContent().length).isGreaterThan(60_000));
    }
  }
}
