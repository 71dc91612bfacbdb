package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An OpenID Connect provider that lets anybody in, with the claims that the test says. */
final class Provider implements AutoCloseable {
  static final String SECRET = "a-secret-of-the-client";

  private final HttpServer server;
  private final RSAKey key;
  final List<String> refusals = new ArrayList<>();
  Map<String, Object> claims = Map.of();
  String nonce = "";

  /** The parameters of the last authorization request. */
  Map<String, String> asked = Map.of();

  RSAKey signing;

  Provider() throws IOException, JOSEException {
    key = new RSAKeyGenerator(2048).keyID("first").generate();
    signing = key;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/.well-known/openid-configuration", this::discovery);
    server.createContext("/keys", each -> answer(each, new JWKSet(key.toPublicJWK()).toString()));
    server.createContext("/token", this::token);
    server.start();
  }

  RSAKey key() {
    return key;
  }

  URI issuer() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void discovery(HttpExchange exchange) throws IOException {
    answer(
        exchange,
        """
        {"issuer":"ISSUER","authorization_endpoint":"ISSUER/authorize","token_endpoint":"ISSUER/token",
         "jwks_uri":"ISSUER/keys","subject_types_supported":["public"],
         "response_types_supported":["code"],"id_token_signing_alg_values_supported":["RS256"],
         "token_endpoint_auth_methods_supported":["client_secret_basic"]}
        """
            .replace("ISSUER", issuer().toString()));
  }

  /** What a browser would do at the provider's page: comes back with a code. */
  String letIn(String location) {
    asked = parameters(URI.create(location).getRawQuery());
    nonce = asked.getOrDefault("nonce", "");
    return "/login/oauth2/code/oidc?code=the-code&state=" + asked.get("state");
  }

  private static Map<String, String> parameters(String text) {
    Map<String, String> parameters = new TreeMap<>();
    for (String each : text.split("&")) {
      String[] pair = each.split("=", 2);
      parameters.put(pair[0], URLDecoder.decode(pair[1], UTF_8));
    }
    return parameters;
  }

  private void token(HttpExchange exchange) throws IOException {
    Map<String, String> form =
        parameters(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    String basic = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    String expected =
        "Basic " + Base64.getEncoder().encodeToString(("console:" + SECRET).getBytes(UTF_8));
    if (!basic.equals(expected)) {
      refusals.add("the client's secret is wrong");
    }
    if (!challenge(form.getOrDefault("code_verifier", "")).equals(asked.get("code_challenge"))) {
      refusals.add("the code's verifier is wrong");
    }
    try {
      JWTClaimsSet.Builder set =
          new JWTClaimsSet.Builder()
              .issuer(issuer().toString())
              .subject("a-subject")
              .audience("console")
              .issueTime(new Date())
              .expirationTime(Date.from(Instant.now().plusSeconds(300)))
              .claim("nonce", nonce);
      claims.forEach(set::claim);
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("first").build(), set.build());
      token.sign(new RSASSASigner(signing));
      answer(
          exchange,
          "{\"access_token\":\"opaque\",\"token_type\":\"Bearer\",\"expires_in\":300,\"id_token\":\""
              + token.serialize()
              + "\"}");
    } catch (JOSEException e) {
      throw new IOException(e);
    }
  }

  private static String challenge(String verifier) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    byte[] body = json.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
