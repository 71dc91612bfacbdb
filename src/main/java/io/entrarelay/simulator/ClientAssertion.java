package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A client's proof of its key, verified as Entra does (facts: entra-auth.md section 1.3). */
final class ClientAssertion {
  static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  // Entra's tolerance between clocks
  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final JsonMapper JSON = new JsonMapper();

  private final String base;

  ClientAssertion(String base) {
    this.base = base;
  }

  /**
   * Verifies an assertion.
   *
   * @param tenantName as in the path that it was sent to
   * @throws StsRefusal with Entra's reason
   */
  void verify(
      String assertion,
      Registration application,
      boolean certificateKnown,
      String tenantName,
      Instant now)
      throws StsRefusal {
    String[] parts = assertion.split("\\.", -1);
    JsonNode header = parts.length == 3 ? part(parts[0]) : null;
    JsonNode body = parts.length == 3 ? part(parts[1]) : null;
    if (header == null || body == null) {
      throw new StsRefusal(401, "invalid_client", 50027, "JWT token is invalid or malformed.");
    }
    String clientId = application.clientId();
    X509Certificate certificate = application.certificate();
    byte[] thumbprint = thumbprint(header);
    byte[] sha1 = digest("SHA-1", certificate);
    boolean known =
        Arrays.equals(thumbprint, digest("SHA-256", certificate))
            || Arrays.equals(thumbprint, sha1);
    if (!known || !certificateKnown) {
      throw invalidSignature(
          "The key was not found.", HexFormat.of().withUpperCase().formatHex(thumbprint), clientId);
    }
    if (!signed(header.path("alg").asText(), parts, certificate)) {
      throw invalidSignature(
          "Signature verification failed.",
          HexFormat.of().withUpperCase().formatHex(thumbprint),
          clientId);
    }
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw invalidSignature(
          "The key used is expired.",
          HexFormat.of().withUpperCase().formatHex(thumbprint),
          clientId);
    }
    String path = "/" + tenantName + "/oauth2/v2.0/token";
    String own = base + path;
    String real = "https://login.microsoftonline.com" + path;
    String audience = body.path("aud").asText();
    if (!audience.equalsIgnoreCase(own) && !audience.equalsIgnoreCase(real)) {
      throw new StsRefusal(
          401,
          "invalid_client",
          700023,
          "Client assertion audience claim does not match Realm issuer. Review the documentation"
              + " at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");
    }
    if (!body.path("iss").asText().equalsIgnoreCase(clientId)
        || !body.path("sub").asText().equalsIgnoreCase(clientId)) {
      throw new StsRefusal(
          401,
          "invalid_client",
          700021,
          "Client assertion application identifier doesn't match 'client_id' parameter.");
    }
    Instant from = Instant.ofEpochSecond(body.path("nbf").asLong());
    Instant to = Instant.ofEpochSecond(body.path("exp").asLong());
    if (!body.path("exp").isNumber()
        || now.isBefore(from.minus(SKEW))
        || !now.isBefore(to.plus(SKEW))) {
      throw new StsRefusal(
          401,
          "invalid_client",
          700024,
          "Client assertion is not within its valid time range. Current time: "
              + now
              + ", assertion valid from "
              + from
              + ", expiry time of assertion "
              + to
              + ". Review the documentation at"
              + " https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");
    }
  }

  private static StsRefusal invalidSignature(String reason, String thumbprint, String clientId) {
    return new StsRefusal(
        401,
        "invalid_client",
        700027,
        "Client assertion contains an invalid signature. [Reason - "
            + reason
            + ", Thumbprint of key used by client: '"
            + thumbprint
            + "', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see"
            + " configured keys for app Id '"
            + clientId
            + "'. Review the documentation at"
            + " https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding"
            + " service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http"
            + " to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/"
            + clientId
            + "'].");
  }

  private static @Nullable JsonNode part(String encoded) {
    try {
      JsonNode node = JSON.readTree(Base64.getUrlDecoder().decode(encoded));
      return node.isObject() ? node : null;
    } catch (IllegalArgumentException | java.io.IOException e) {
      return null;
    }
  }

  /** MSAL4J writes the thumbprint in plain base64 with padding, the RFC asks for base64url. */
  private static byte[] thumbprint(JsonNode header) {
    String text = header.path("x5t#S256").asText(header.path("x5t").asText());
    try {
      return Base64.getUrlDecoder()
          .decode(text.replace('+', '-').replace('/', '_').replace("=", ""));
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private static byte[] digest(String algorithm, X509Certificate certificate) {
    try {
      return MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean signed(String algorithm, String[] parts, X509Certificate certificate) {
    try {
      Signature signature;
      switch (algorithm) {
        case "RS256" -> signature = Signature.getInstance("SHA256withRSA");
        case "PS256" -> {
          signature = Signature.getInstance("RSASSA-PSS");
          signature.setParameter(
              new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        default -> {
          return false;
        }
      }
      signature.initVerify(certificate.getPublicKey());
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }
}
