package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.Test;

class PrerenderedTest {
  private static final String SIGN_INS = "/v1.0/auditLogs/signIns";

  private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));

  private SimulatorOptions.Builder options() {
    return SimulatorOptions.builder()
        .scheme("http")
        .records(2345)
        .span(Duration.ofHours(1))
        .throttle(false)
        .clock(clock);
  }

  @Test
  void answersEveryWindowAsTheOthersDo() throws Exception {
    try (Simulator rendered = Simulator.start(options().prerendered(true).build());
        Simulator plain = Simulator.start(options().build())) {
      TestClient one = new TestClient(rendered);
      TestClient other = new TestClient(plain);
      for (String query :
          List.of(
              "",
              "?$top=70",
              "?$top=333&$filter=" + window("09:10:00.5", "09:41:17.25"),
              "?$filter=" + window("09:50:00", "09:50:02"),
              "?$filter=" + window("09:50:00.1", "09:50:00.1"),
              "?$orderby=createdDateTime&$filter=" + window("09:00:00", "09:30:00"))) {
        List<JsonNode> expected = other.walk(SIGN_INS + query);
        List<JsonNode> pages = one.walk(SIGN_INS + query);
        assertThat(TestClient.records(pages)).isEqualTo(TestClient.records(expected));
        assertThat(pages).as(query).hasSameSizeAs(expected);
      }
    }
  }

  private static String window(String from, String to) {
    return TestClient.filter(
        "createdDateTime ge 2026-11-22T"
            + from
            + "Z and createdDateTime le 2026-11-22T"
            + to
            + "Z");
  }

  @Test
  void answersWithoutGzipToo() throws Exception {
    try (Simulator simulator = Simulator.start(options().prerendered(true).build())) {
      TestClient client = new TestClient(simulator);
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(simulator.base() + SIGN_INS))
              .header("Authorization", "Bearer " + client.token())
              .build();
      TestClient.Answer answer = client.send(request);
      assertThat(answer.header("Content-Encoding")).isEmpty();
      assertThat(answer.json().path("value")).isEqualTo(client.get(SIGN_INS).json().path("value"));
    }
  }

  @Test
  void apachesClientReadsAllOfThePage() throws Exception {
    try (Simulator simulator = Simulator.start(options().prerendered(true).build());
        CloseableHttpClient apache = HttpClients.createDefault()) {
      TestClient client = new TestClient(simulator);
      for (int top : new int[] {1, 99, 100, 101, 250, 1000}) {
        HttpGet get = new HttpGet(simulator.base() + SIGN_INS + "?$top=" + top);
        get.setHeader("Authorization", "Bearer " + client.token());
        byte[] body = apache.execute(get, response -> read(response.getEntity().getContent()));
        JsonNode page = TestClient.JSON.readTree(body);
        assertThat(page.path("value")).hasSize(top);
        assertThat(page.path("value"))
            .isEqualTo(client.get(SIGN_INS + "?$top=" + top).json().path("value"));
      }
    }
  }

  private static byte[] read(InputStream in) throws IOException {
    return in.readAllBytes();
  }

  @Test
  void refusesWhatCantBeRenderedBefore() {
    assertThatThrownBy(() -> options().prerendered(true).rate(1).build())
        .hasMessage(
            "The simulator can't start: prerendered pages can't have a rate, late or revised"
                + " records, faults or a replay.");
  }
}
