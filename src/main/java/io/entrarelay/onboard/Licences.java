package io.entrarelay.onboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.graph.AccessToken;
import io.entrarelay.graph.Cloud;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.record.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant is licensed for.
 *
 * @param plans the tenant's service plans that are in use, by Microsoft's names
 */
public record Licences(Set<String> plans) {
  public Licences {
    plans = Set.copyOf(plans);
  }

  /** Where Graph shows what a tenant has bought. */
  static final String PATH = "/v1.0/subscribedSkus";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Microsoft's service plans of Entra ID. */
  private static final String P1 = "AAD_PREMIUM";

  private static final String P2 = "AAD_PREMIUM_P2";

  /**
   * Reads Graph's answer.
   *
   * @throws JsonProcessingException where it is no JSON
   */
  static Licences of(byte[] answer) throws JsonProcessingException {
    Set<String> plans = new LinkedHashSet<>();
    JsonNode page = JSON.readTree(new String(answer, StandardCharsets.UTF_8));
    for (JsonNode sku : page.path("value")) {
      for (JsonNode plan : sku.path("servicePlans")) {
        if (plan.path("provisioningStatus").asText().equals("Success")) {
          plans.add(plan.path("servicePlanName").asText());
        }
      }
    }
    return new Licences(plans);
  }

  /**
   * Asks Graph, with a token of the tenant's.
   *
   * @return null where it can't be told: Graph doesn't answer, or not without a further permission
   */
  public static @Nullable Licences ask(
      GraphHttpClientConfigurer connections, Cloud cloud, AccessToken token) {
    HttpClientBuilder client = HttpClientBuilder.create();
    connections.configureHttpClient(client);
    try (CloseableHttpClient http = client.build()) {
      Probe.Answer answer = new Probe(http, cloud, token).get(PATH);
      return answer.ok() ? of(answer.body()) : null;
    } catch (IOException e) {
      return null; // no JSON; closing a client of a shared pool does no input or output
    }
  }

  /** What of Entra ID it is, in words. */
  String words() {
    return plans.contains(P2)
        ? "Entra ID P2"
        : plans.contains(P1) ? "Entra ID P1" : "no Entra ID P1 or P2 (Graph keeps 7 days)";
  }

  /** The names of the reports that the tenant can't have, by the licence that they need. */
  public Map<String, List<String>> lacking(Collection<Report> reports) {
    Map<String, List<String>> lacking = new TreeMap<>();
    for (Report report : reports) {
      if (!covers(report.getLicence())) {
        lacking
            .computeIfAbsent(report.getLicence(), key -> new ArrayList<>())
            .add(report.getName());
      }
    }
    return lacking;
  }

  private boolean covers(String needs) {
    return switch (needs) {
      case "" -> true;
      case "P1" -> plans.contains(P1) || plans.contains(P2);
      case "P2" -> plans.contains(P2);
      default -> plans.contains(needs);
    };
  }

  /** What it has, and which reports need more, with what to do. */
  public String words(Map<String, List<String>> lacking) {
    StringBuilder text = new StringBuilder(words());
    lacking.forEach(
        (licence, names) ->
            text.append("; ")
                .append(String.join(", ", names))
                .append(names.size() == 1 ? " needs " : " need ")
                .append(licence));
    boolean one = lacking.values().stream().mapToInt(List::size).sum() == 1;
    return text + ". Take " + (one ? "it" : "them") + " out of reports:, or buy the licence.";
  }
}
