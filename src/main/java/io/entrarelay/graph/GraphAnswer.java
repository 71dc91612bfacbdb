package io.entrarelay.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an answer of Graph other than a page means for the collecting. Decided by the status and
 * {@code error.code} first; by the message only where Graph gives nothing else, since its texts
 * change.
 *
 * @param kind what to decide on
 * @param status the HTTP status
 * @param retryAfter the time Graph asks to wait, at most a day; null where it gives none
 * @param code {@code error.code}, empty where there is none
 * @param message {@code error.message}, printable, at most 300 characters
 * @param requestId Graph's id of the request, for Microsoft's support; null where there is none
 * @param minimum with {@link Kind#BEFORE_RETENTION}: the earliest start that Graph takes, null
 *     where its message can't be read
 * @param advice what is wrong and what to do, as sentences of one line
 * @see <a href="https://learn.microsoft.com/graph/errors">Graph error responses</a>
 */
public record GraphAnswer(
    Kind kind,
    int status,
    @Nullable Duration retryAfter,
    String code,
    String message,
    @Nullable String requestId,
    @Nullable Instant minimum,
    String advice) {

  /** What to decide on. */
  public enum Kind {
    /** Wait as told; failed requests count against the budget too. */
    THROTTLED,
    /** Graph has a fault: back off. */
    UNAVAILABLE,
    /** A new token, once. */
    TOKEN_EXPIRED,
    /** A new token with the claims of {@code WWW-Authenticate}, once. */
    CLAIMS_CHALLENGE,
    /**
     * The tenant has no licence for the report, or Directory.Read.All is missing, or Graph could
     * not look at the licence just then.
     */
    FORBIDDEN_LICENCE,
    /** A permission is missing, or not yet in the token. */
    FORBIDDEN_PERMISSION,
    /** Another 403. */
    FORBIDDEN_OTHER,
    /** The window starts before what Graph keeps. */
    BEFORE_RETENTION,
    /** Graph doesn't take the request's options; on sign-ins also a start before its retention. */
    BAD_FILTER,
    /** The place in the collection is lost: read the window again. */
    SKIP_TOKEN_LOST,
    /** No such collection or record here. */
    NOT_FOUND,
    /** The window is too much for Graph in one go: halve it. */
    GATEWAY_TIMEOUT,
    /** None of these. */
    OTHER
  }

  private static final int BODY_LIMIT = 64 << 10;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern MINIMUM =
      Pattern.compile(
          "Minimum allowed time for \\w+ is"
              + " (\\d{1,2}/\\d{1,2}/\\d{4} \\d{1,2}:\\d{2}:\\d{2}) ?([AP]M)");
  private static final DateTimeFormatter US =
      DateTimeFormatter.ofPattern("M/d/yyyy h:mm:ss a", Locale.US);
  private static final Pattern SKIP_TOKEN =
      Pattern.compile("(?i)invalid skip ?token|skip ?token is|^token not found\\b");
  private static final Pattern LICENCE = Pattern.compile("(?i)licen[sc]e|premium");
  private static final Pattern PERMISSION = Pattern.compile("(?i)permission|privilege|scopes?\\b");
  private static final Pattern PERMISSION_NAME =
      Pattern.compile("\\b[A-Z][A-Za-z-]+\\.[A-Za-z]+(?:\\.[A-Za-z]+)*\\.All\\b");

  private static final String OBJECT_NOT_FOUND = "Directory_ObjectNotFound";

  private static final String GRANT =
      " (application permission of Microsoft Graph) in the Entra admin center under App"
          + " registrations > API permissions and grant admin consent; it takes some minutes to"
          + " reach the tokens.";

  /**
   * Reads an answer.
   *
   * @param headers by name in any case; where one came several times, joined by commas
   * @param body as it came, decoded; only its first 64 KiB are looked at
   * @param needed the application permissions that the request needs, for the advice where Graph
   *     names none
   * @param now for a {@code Retry-After} that is a date, where the answer has no {@code Date}
   */
  public static GraphAnswer of(
      int status, Map<String, String> headers, byte[] body, List<String> needed, Instant now) {
    JsonNode error = error(body);
    String code = Printable.line(error.path("code").asText(""), 100);
    String message = Printable.line(error.path("message").asText(""), 300);
    if (message.isEmpty() && error.isMissingNode()) {
      message = outline(body);
    }
    String requestId = header(headers, "request-id");
    if (requestId == null) {
      requestId = error.path("innerError").path("request-id").textValue();
    }
    Instant minimum = minimum(message);
    Kind kind = kind(status, code, message, minimum, header(headers, "WWW-Authenticate"));
    return new GraphAnswer(
        kind,
        status,
        RetryAfter.parse(header(headers, "Retry-After"), header(headers, "Date"), now),
        code,
        message,
        requestId == null ? null : Printable.line(requestId, 80),
        minimum,
        advice(
            kind,
            status,
            code,
            message,
            needed.isEmpty() ? "the one that the report needs" : String.join(" and ", needed)));
  }

  private static Kind kind(
      int status,
      String code,
      String message,
      @Nullable Instant minimum,
      @Nullable String wwwAuthenticate) {
    switch (status) {
      case 429, 509:
        return Kind.THROTTLED;
      case 504:
        return Kind.GATEWAY_TIMEOUT;
      case 401:
        boolean challenge =
            wwwAuthenticate != null && ClaimsChallenge.claims(wwwAuthenticate).isPresent();
        return challenge ? Kind.CLAIMS_CHALLENGE : Kind.TOKEN_EXPIRED;
      case 403:
        return forbidden(code, message);
      default:
        break;
    }
    if (status >= 500 || status == 408) {
      return Kind.UNAVAILABLE;
    }
    if (status < 400) {
      return insideSuccess(code);
    }
    if (status == 410 || code.equals("syncStateNotFound") || SKIP_TOKEN.matcher(message).find()) {
      return Kind.SKIP_TOKEN_LOST;
    }
    if (status == 404) {
      return Kind.NOT_FOUND;
    }
    if (message.contains("Minimum allowed time")) {
      return Kind.BEFORE_RETENTION;
    }
    boolean request =
        status == 400
            && (code.equals("BadRequest")
                || code.equals("Request_UnsupportedQuery")
                || code.equals("Request_BadRequest")
                || message.toLowerCase(Locale.ROOT).contains("filter"));
    return request ? Kind.BAD_FILTER : Kind.OTHER;
  }

  private static Kind forbidden(String code, String message) {
    switch (code) {
      case "Authentication_RequestFromNonPremiumTenantOrB2CTenant":
        return Kind.FORBIDDEN_LICENCE;
      case "Authentication_ApplicationHasNoDirectoryReadAccess",
      "Authentication_MSGraphPermissionMissing",
      "Authorization_RequestDenied":
        return Kind.FORBIDDEN_PERMISSION;
      default:
        if (LICENCE.matcher(message).find()) {
          return Kind.FORBIDDEN_LICENCE;
        }
        return PERMISSION.matcher(message).find()
            ? Kind.FORBIDDEN_PERMISSION
            : Kind.FORBIDDEN_OTHER;
    }
  }

  /** An error object in a 200, which some of Graph's services send. */
  private static Kind insideSuccess(String code) {
    return switch (code) {
      case "TooManyRequests" -> Kind.THROTTLED;
      case "InvalidAuthenticationToken" -> Kind.TOKEN_EXPIRED;
      default -> Kind.UNAVAILABLE;
    };
  }

  private static String advice(Kind kind, int status, String code, String message, String needed) {
    return switch (kind) {
      case THROTTLED -> "Graph has had too many requests of this tenant. Nothing to do: it waits.";
      case UNAVAILABLE ->
          "Graph has a passing fault (" + status + "). Nothing to do: it is tried again.";
      case TOKEN_EXPIRED -> "Graph doesn't take the token any more. A new one is asked for.";
      case CLAIMS_CHALLENGE -> "Graph wants a token with other claims. One is asked for.";
      case FORBIDDEN_LICENCE -> licence(code);
      case FORBIDDEN_PERMISSION ->
          "The application lacks a permission. Add " + permissions(code, message, needed) + GRANT;
      case FORBIDDEN_OTHER ->
          "Graph refuses without naming a permission or licence. Check "
              + needed
              + ", the tenant's licence, and its Conditional Access for workload identities.";
      case BEFORE_RETENTION ->
          "The window starts before what Graph keeps: 30 days with Entra ID P1 or P2, 7 without. It"
              + " starts later then.";
      case BAD_FILTER ->
          "Graph doesn't take the query. If the start lies further back than Graph keeps (30 days"
              + " with Entra ID P1 or P2, 7 without), start later; else check the report's source"
              + " under routes/sources/.";
      case SKIP_TOKEN_LOST -> "Graph lost the place in the collection. The window is read again.";
      case NOT_FOUND ->
          code.equals(OBJECT_NOT_FOUND)
              ? "Graph doesn't know the application in this tenant yet. Right after a consent that"
                  + " takes some minutes, and it is tried again; if it stays, have an administrator"
                  + " consent once more."
              : "Graph knows no such collection in this cloud. Check the report's path under"
                  + " routes/sources/; outside the global cloud sign-ins are under /beta.";
      case GATEWAY_TIMEOUT -> "The window is too much for Graph at once. It is halved.";
      case OTHER ->
          "Graph refuses with status "
              + status
              + ". Look its code up at"
              + " https://learn.microsoft.com/graph/errors.";
    };
  }

  private static String licence(String code) {
    if (code.equals("Authentication_RequestFromNonPremiumTenantOrB2CTenant")) {
      return "Graph says this for three causes: the tenant has no Entra ID P1 or P2 licence, which"
          + " this report needs; or the application lacks Directory.Read.All, without which Graph"
          + " can't see the licence; or Graph failed to look at it just now, which passes by itself."
          + " See that the tenant has the licence (Entra admin center > Billing > Licenses), and add"
          + " Directory.Read.All"
          + GRANT;
    }
    return "The tenant has no licence for this report: sign-ins need Entra ID P1, identity"
        + " protection needs P2. Buy it, or take the report out of the integration's file.";
  }

  private static String permissions(String code, String message, String needed) {
    if (code.equals("Authentication_ApplicationHasNoDirectoryReadAccess")) {
      return "Directory.Read.All";
    }
    Matcher named = PERMISSION_NAME.matcher(message);
    if (named.find()) {
      return named.group();
    }
    return needed;
  }

  private static JsonNode error(byte[] body) {
    try {
      JsonNode json =
          JSON.readTree(
              new String(body, 0, Math.min(body.length, BODY_LIMIT), StandardCharsets.UTF_8));
      return json == null ? JSON.missingNode() : json.path("error");
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static String outline(byte[] body) {
    if (body.length == 0) {
      return "(empty)";
    }
    String head = new String(body, 0, Math.min(body.length, 256), StandardCharsets.UTF_8).strip();
    return head.startsWith("<") ? "(a web page)" : "(no error object)";
  }

  private static @Nullable Instant minimum(String message) {
    Matcher found = MINIMUM.matcher(message);
    if (!found.find()) {
      return null;
    }
    try {
      return LocalDateTime.parse(found.group(1) + " " + found.group(2), US)
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static @Nullable String header(Map<String, String> headers, String name) {
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (header.getKey().equalsIgnoreCase(name)) {
        return header.getValue();
      }
    }
    return null;
  }
}
