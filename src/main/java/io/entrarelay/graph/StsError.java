package io.entrarelay.graph;

import io.entrarelay.graph.TokenException.Kind;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an AADSTS code means for an application with a certificate, and what to do about it.
 *
 * @param code the number behind {@code AADSTS}
 * @param retryable whether it passes without anybody doing anything
 * @param lags whether Entra says so also for some minutes after a consent or an upload, until all
 *     its servers have learnt of it
 * @param cause and {@code remedy} may hold {@code {client}}, {@code {tenant}} and {@code {consent}}
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/reference-error-codes">Entra
 *     error codes</a>
 */
record StsError(int code, Kind kind, boolean retryable, boolean lags, String cause, String remedy) {
  private static final String CONSENT =
      "Have an administrator of the tenant open {consent} and consent; right after it, it can take"
          + " up to 15 minutes to take effect";
  private static final String UPLOAD =
      "Upload the certificate in the Entra admin center under App registrations > {client} >"
          + " Certificates & secrets";
  private static final String CLOUD =
      "Check cloud: in the integration's file (global, us-gov, us-gov-dod, china); the application"
          + " must be registered in the tenant's own cloud";
  private static final String POLICY =
      "Have the tenant's administrator look in the Entra admin center under Monitoring & health >"
          + " Sign-in logs > Service principal sign-ins which policy it is, and ";
  private static final String PERMISSIONS =
      "Add the application permissions that the reports need, of Microsoft Graph, in the Entra admin"
          + " center under App registrations > {client} > API permissions. ";
  private static final String WAIT = "It passes by itself and is tried again";
  private static final String OURS =
      "The credential of the integration's file must be a certificate with its private key; if it"
          + " is, report this as a fault of Entra Relay";

  private static final Map<Integer, StsError> KNOWN =
      Stream.of(
              lagging(
                  700016,
                  Kind.APPLICATION,
                  "the application {client} is not known in tenant {tenant}",
                  "Check client-id and tenant-id. " + CONSENT),
              lagging(
                  7000229,
                  Kind.APPLICATION,
                  "the application {client} has no service principal in tenant {tenant}",
                  CONSENT),
              refused(
                  7000112,
                  Kind.APPLICATION,
                  "the application {client} is disabled in tenant {tenant}",
                  "Set Enabled for users to sign-in to Yes in the Entra admin center under Enterprise applications > {client} > Properties"),
              lagging(
                  700027,
                  Kind.CERTIFICATE,
                  "the certificate is not one that is registered with the application {client}",
                  UPLOAD
                      + "; right after uploading, wait some minutes. If it is there already, check this machine's clock"),
              refused(
                  700024,
                  Kind.CLOCK,
                  "the assertion's times don't match Entra's clock",
                  "Set this machine's clock (NTP); a few minutes off are too much"),
              refused(
                  700021,
                  Kind.OTHER,
                  "the assertion's issuer is not the application {client}",
                  OURS),
              refused(
                  700023,
                  Kind.OTHER,
                  "the assertion is addressed to another token endpoint",
                  CLOUD),
              refused(
                  700030,
                  Kind.CERTIFICATE,
                  "the certificate's subject is not allowed for the application {client}",
                  UPLOAD),
              refused(
                  7000215,
                  Kind.CERTIFICATE,
                  "the credential is not valid for the application {client}",
                  OURS),
              refused(
                  7000222,
                  Kind.CERTIFICATE,
                  "the credential registered with the application {client} has expired",
                  UPLOAD),
              refused(
                  7000218,
                  Kind.CERTIFICATE,
                  "the request reached Entra without the certificate's assertion",
                  "Look for a proxy that changes requests. " + OURS),
              refused(
                  700025,
                  Kind.CERTIFICATE,
                  "the application {client} is registered as a public client",
                  "In the Entra admin center under App registrations > {client} > Authentication turn Allow public client flows off"),
              refused(
                  90002,
                  Kind.TENANT,
                  "the tenant {tenant} was not found",
                  "Check tenant-id (Entra admin center > Overview). " + CLOUD),
              refused(90038, Kind.TENANT, "the tenant {tenant} lives in another cloud", CLOUD),
              refused(
                  900382,
                  Kind.TENANT,
                  "the application and the tenant {tenant} live in different clouds",
                  CLOUD),
              refused(
                  900432,
                  Kind.TENANT,
                  "the application and the tenant {tenant} live in different clouds",
                  CLOUD),
              refused(
                  53003,
                  Kind.POLICY,
                  "Conditional Access of tenant {tenant} blocks the application {client}",
                  POLICY
                      + "allow this machine's address in it, or exclude the application from it"),
              refused(
                  530032,
                  Kind.POLICY,
                  "a security policy of tenant {tenant} blocks the application {client}",
                  POLICY + "exclude the application from it"),
              refused(
                  530035,
                  Kind.POLICY,
                  "the security defaults of tenant {tenant} block the application {client}",
                  "Have the tenant's administrator look in the Entra admin center under Overview >"
                      + " Properties > Manage security defaults"),
              refused(
                  650052,
                  Kind.CONSENT,
                  "tenant {tenant} lacks a service that the application {client} asks for",
                  "Remove the permissions for that service in the Entra admin center under App registrations > {client} > API permissions, or subscribe to it"),
              refused(
                  650056,
                  Kind.CONSENT,
                  "the application {client} is misconfigured: Microsoft Graph is not among its permissions, or nobody consented",
                  PERMISSIONS + CONSENT),
              refused(
                  650057,
                  Kind.CONSENT,
                  "the application {client} does not list Microsoft Graph among its permissions",
                  PERMISSIONS + CONSENT),
              lagging(
                  65001,
                  Kind.CONSENT,
                  "nobody has consented to the application {client} in tenant {tenant}",
                  CONSENT),
              lagging(
                  500011,
                  Kind.TENANT,
                  "Microsoft Graph under this address is not known in tenant {tenant}",
                  CLOUD + ". In a tenant that is new it takes some minutes"),
              refused(
                  65004,
                  Kind.CONSENT,
                  "the administrator of tenant {tenant} has declined to consent to the application {client}",
                  "Have an administrator of the tenant open {consent} again, and accept"),
              lagging(
                  650051,
                  Kind.CONSENT,
                  "Entra is still making the service principal of the application {client} in tenant {tenant}",
                  "Have an administrator of the tenant open {consent} once more in a minute"),
              refused(
                  9001023,
                  Kind.TENANT,
                  "the request names no tenant of its own",
                  "Give the Directory (tenant) ID as tenant-id (Entra admin center > Overview)"),
              refused(
                  90124,
                  Kind.TENANT,
                  "the request names no tenant of its own",
                  "Give the Directory (tenant) ID as tenant-id (Entra admin center > Overview)"),
              refused(
                  70011,
                  Kind.OTHER,
                  "the scope of Microsoft Graph is not valid in this cloud",
                  CLOUD),
              refused(700022, Kind.OTHER, "the request asks for more than one resource", CLOUD),
              passing(
                  50196,
                  Kind.THROTTLED,
                  "Entra sees the same token asked for again and again",
                  "Stop other programs that use the application {client} in a loop. " + WAIT),
              passing(90020, Kind.UNAVAILABLE, "Entra has a passing fault", WAIT),
              passing(90033, Kind.UNAVAILABLE, "Entra has a passing fault", WAIT),
              passing(90006, Kind.UNAVAILABLE, "Entra has a passing fault", WAIT),
              passing(90024, Kind.THROTTLED, "Entra is too busy for the request", WAIT),
              passing(90012, Kind.UNAVAILABLE, "Entra took too long over the request", WAIT),
              passing(
                  90055, Kind.THROTTLED, "Entra gets too many requests for tenant {tenant}", WAIT),
              passing(
                  90090, Kind.UNAVAILABLE, "Entra could not read the tenant's data just now", WAIT))
          .collect(Collectors.toUnmodifiableMap(StsError::code, error -> error));

  private static final StsError KEY_EXPIRED =
      refused(
          700027,
          Kind.CERTIFICATE,
          "the certificate registered with the application {client} has expired",
          "Make a new one and upload it. " + UPLOAD);
  private static final StsError CLOCK_SKEW =
      refused(
          700027,
          Kind.CLOCK,
          "the assertion's times don't match Entra's clock",
          "Set this machine's clock (NTP); a few minutes off are too much");

  private static final StsError UNMANAGED =
      refused(
          650051,
          Kind.CONSENT,
          "tenant {tenant} is unmanaged: nobody administers it, so nobody can consent",
          "Take the tenant over as its administrator (Microsoft 365 admin center > Become the admin), then have the administrator open {consent}");

  private static final Pattern EXPIRED = Pattern.compile("key used is expired|key was expired");
  private static final Pattern SKEW = Pattern.compile("clock|time range|not within its valid");
  private static final Pattern TRACE =
      Pattern.compile("(?i)\\s*(Trace ID|Correlation ID|Timestamp)\\s*:.*", Pattern.DOTALL);

  private static StsError refused(int code, Kind kind, String cause, String remedy) {
    return new StsError(code, kind, false, false, cause, remedy);
  }

  private static StsError lagging(int code, Kind kind, String cause, String remedy) {
    return new StsError(code, kind, false, true, cause, remedy);
  }

  private static StsError passing(int code, Kind kind, String cause, String remedy) {
    return new StsError(code, kind, true, false, cause, remedy);
  }

  /** The meaning of a code; {@code description} tells apart what one code stands for. */
  static @Nullable StsError of(int code, String description) {
    String text = description.toLowerCase(java.util.Locale.ROOT);
    if (code == 650051 && text.contains("unmanaged")) {
      return UNMANAGED;
    }
    if (code == 700027) {
      if (EXPIRED.matcher(text).find()) {
        return KEY_EXPIRED;
      }
      if (SKEW.matcher(text).find()) {
        return CLOCK_SKEW;
      }
    }
    return KNOWN.get(code);
  }

  /**
   * The first sentence of Entra's description, printable, at most 200 characters, without the code
   * and the ids that follow it.
   */
  static String firstSentence(String description) {
    // looking for the ids takes the square of the length of white space
    String head = description.substring(0, Math.min(description.length(), 4096));
    String text = TRACE.matcher(head).replaceFirst("");
    text = text.replaceFirst("^AADSTS\\d+:\\s*", "");
    text = Printable.line(text, 1000);
    int end = text.indexOf(". ");
    return Printable.line(end < 0 ? text.replaceFirst("\\.$", "") : text.substring(0, end), 200);
  }
}
