package io.entrarelay.onboard;

import io.entrarelay.graph.AccessToken;
import io.entrarelay.graph.Cloud;
import io.entrarelay.graph.NetworkProblem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;

/** One request to Graph, to see how things are. */
final class Probe {
  private static final int BODY_LIMIT = 1 << 20;

  /**
   * What Graph answered.
   *
   * @param failure null unless nothing came
   */
  record Answer(
      int status, Map<String, String> headers, byte[] body, @Nullable NetworkProblem failure) {
    boolean ok() {
      return failure == null && status / 100 == 2;
    }
  }

  private final CloseableHttpClient http;
  private final URI graph;
  private final AccessToken token;

  /**
   * @param http is closed by the caller
   */
  Probe(CloseableHttpClient http, Cloud cloud, AccessToken token) {
    this.http = http;
    this.graph = cloud.graph();
    this.token = token;
  }

  /** The answer to a path with its query, its body up to a mebibyte. */
  Answer get(String path) {
    HttpGet get = new HttpGet(graph.getScheme() + "://" + graph.getRawAuthority() + path);
    get.setHeader("Authorization", "Bearer " + token.value());
    get.setHeader("Accept", "application/json");
    try {
      return http.execute(
          get,
          response -> {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (Header header : response.getHeaders()) {
              headers.merge(header.getName(), header.getValue(), (a, b) -> a + ", " + b);
            }
            byte[] body = new byte[0];
            if (response.getEntity() != null) {
              try (InputStream in = response.getEntity().getContent()) {
                body = in.readNBytes(BODY_LIMIT);
                get.cancel(); // the rest of a large record isn't wanted
              }
            }
            return new Answer(response.getCode(), headers, body, null);
          });
    } catch (IOException e) {
      return new Answer(0, Map.of(), new byte[0], NetworkProblem.of(e, graph));
    }
  }
}
