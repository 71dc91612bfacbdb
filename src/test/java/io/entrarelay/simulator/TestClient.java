package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A small client of Graph that shares nothing with the product. */
final class TestClient {
  static final JsonMapper JSON = new JsonMapper();

  private final Simulator simulator;
  private final SimulatedTenant tenant;
  private final HttpClient http;
  private @Nullable String token;

  /** Status, headers and body (decompressed). */
  @SuppressWarnings("ArrayRecordComponent") // read only, never compared
  record Answer(int status, HttpResponse<byte[]> response, byte[] bytes) {
    JsonNode json() throws IOException {
      return JSON.readTree(bytes);
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  TestClient(Simulator simulator) {
    this(simulator, simulator.tenants().get(0));
  }

  TestClient(Simulator simulator, SimulatedTenant tenant) {
    this.simulator = simulator;
    this.tenant = tenant;
    HttpClient.Builder builder = HttpClient.newBuilder();
    String ca = simulator.caCertificate();
    if (ca != null) {
      builder.sslContext(trusting(ca));
    }
    this.http = builder.build();
  }

  private static SSLContext trusting(String ca) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("ca", certificate(ca));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static X509Certificate certificate(String pem) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static PrivateKey key(String pem) throws Exception {
    byte[] der =
        Base64.getMimeDecoder()
            .decode(pem.replaceAll("-----[A-Z ]+-----", "").getBytes(StandardCharsets.US_ASCII));
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  String tokenUrl() {
    return simulator.base() + "/" + tenant.tenantId() + "/oauth2/v2.0/token";
  }

  /** The claims of a good assertion, to be changed by the test. */
  Map<String, Object> assertionClaims() {
    long now = simulator.clock().instant().getEpochSecond();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("aud", tokenUrl());
    claims.put("iss", tenant.clientId());
    claims.put("sub", tenant.clientId());
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("nbf", now);
    claims.put("exp", now + 600);
    return claims;
  }

  String assertion(Map<String, Object> claims) throws Exception {
    byte[] thumbprint =
        MessageDigest.getInstance("SHA-256")
            .digest(certificate(tenant.certificatePem()).getEncoded());
    return assertion(claims, "RS256", Base64.getEncoder().encodeToString(thumbprint));
  }

  String assertion(Map<String, Object> claims, String algorithm, String thumbprint)
      throws Exception {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String header =
        JSON.writeValueAsString(Map.of("alg", algorithm, "typ", "JWT", "x5t#S256", thumbprint));
    String signed =
        encoder.encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + encoder.encodeToString(JSON.writeValueAsBytes(claims));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key(tenant.privateKeyPem()));
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + encoder.encodeToString(signature.sign());
  }

  /** The fields of a good token request, to be changed by the test. */
  Map<String, String> tokenRequest() throws Exception {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "client_credentials");
    fields.put("client_id", tenant.clientId());
    fields.put("scope", simulator.base() + "/.default openid profile offline_access");
    fields.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    fields.put("client_assertion", assertion(assertionClaims()));
    return fields;
  }

  Answer requestToken(Map<String, String> fields) throws Exception {
    return requestToken(tokenUrl(), fields);
  }

  Answer requestToken(String url, Map<String, String> fields) throws Exception {
    StringBuilder form = new StringBuilder();
    fields.forEach(
        (name, value) ->
            form.append(form.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
            .build());
  }

  String token() throws Exception {
    String known = token;
    if (known == null) {
      known = requestToken(tokenRequest()).json().path("access_token").asText();
      token = known;
    }
    return known;
  }

  void token(@Nullable String value) {
    token = value;
  }

  /** Gets a path of Graph with a raw query as it stands. */
  Answer get(String pathAndQuery) throws Exception {
    return getUrl(simulator.base() + pathAndQuery);
  }

  Answer getUrl(String url) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + token())
            .header("Accept-Encoding", "gzip")
            .build());
  }

  Answer send(HttpRequest request) throws Exception {
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    byte[] body = response.body();
    if (response.headers().firstValue("Content-Encoding").orElse("").equals("gzip")) {
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
        body = in.readAllBytes();
      }
    }
    return new Answer(response.statusCode(), response, body);
  }

  /** Follows the links to the end and gives each page. */
  List<JsonNode> walk(String pathAndQuery) throws Exception {
    List<JsonNode> pages = new ArrayList<>();
    String url = simulator.base() + pathAndQuery;
    while (!url.isEmpty()) {
      Answer answer = getUrl(url);
      if (answer.status() != 200) {
        throw new AssertionError(answer.status() + " " + answer.text());
      }
      pages.add(answer.json());
      url = answer.json().path("@odata.nextLink").asText();
    }
    return pages;
  }

  static List<JsonNode> records(List<JsonNode> pages) {
    List<JsonNode> records = new ArrayList<>();
    pages.forEach(page -> page.path("value").forEach(records::add));
    return records;
  }

  static String filter(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
