package io.entrarelay.graph;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Microsoft's redirect says after an administrator was asked for consent, or to sign in. All
 * of it came through a browser: it is believed only as far as it is proven otherwise, and none of
 * its text is repeated.
 *
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/v2-admin-consent">Admin consent
 *     on the Microsoft identity platform</a>
 */
public final class ConsentAnswer {
  private static final Pattern AADSTS = Pattern.compile("AADSTS(\\d{4,9})");
  private static final Pattern GUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final String AGAIN = "Authorize again";

  private ConsentAnswer() {}

  /**
   * The tenant that is said to have consented: not proven yet.
   *
   * @param parameters of the redirect
   * @throws ConsentException where nobody has consented
   */
  public static String tenant(Map<String, String> parameters) throws ConsentException {
    // first: version 2 says admin_consent=True beside an error, too
    refuseError(parameters);
    if (!"True".equalsIgnoreCase(parameters.getOrDefault("admin_consent", ""))) {
      throw new ConsentException("the answer doesn't say that anyone has consented", AGAIN);
    }
    String tenant = parameters.getOrDefault("tenant", "").toLowerCase(Locale.ROOT);
    if (!GUID.matcher(tenant).matches()) {
      throw new ConsentException("the answer names no tenant", AGAIN);
    }
    return tenant;
  }

  /**
   * The code that an administrator's sign-in has brought.
   *
   * @throws ConsentException where it has brought none
   */
  public static String code(Map<String, String> parameters) throws ConsentException {
    refuseError(parameters);
    String code = parameters.getOrDefault("code", "");
    if (code.isEmpty()) {
      throw new ConsentException("the answer of the sign-in holds no code", AGAIN);
    }
    return code;
  }

  private static void refuseError(Map<String, String> parameters) throws ConsentException {
    String error = parameters.getOrDefault("error", "");
    if (error.isEmpty()) {
      return;
    }
    String description = parameters.getOrDefault("error_description", "");
    Matcher found = AADSTS.matcher(description);
    int code = found.find() ? Integer.parseInt(found.group(1)) : 0;
    String named = code == 0 ? "" : " (AADSTS" + code + ")";
    boolean cancelled =
        parameters.getOrDefault("error_subcode", "").equals("cancel")
            || error.equals("permission_denied")
            || code == 65004;
    if (cancelled) {
      throw new ConsentException(
          "the consent was cancelled at Microsoft's page" + named, AGAIN + ", and accept there");
    }
    switch (code) {
      case 650051 ->
          throw new ConsentException(
              description.contains("unmanaged")
                  ? "the tenant is in an unmanaged state, which can't consent" + named
                  : "Entra was still making the application's service principal in the tenant"
                      + named,
              description.contains("unmanaged")
                  ? "Have an administrator take the tenant over first"
                  : AGAIN + " in some seconds");
      case 90093, 90094, 50105 ->
          throw new ConsentException(
              "who signed in there may not consent" + named,
              AGAIN + " as a Privileged Role Administrator or Global Administrator of the tenant");
      case 50020 ->
          throw new ConsentException(
              "who signed in there is of another tenant" + named,
              AGAIN + " with an account of the tenant that is to be connected");
      case 700016, 7000229 ->
          throw new ConsentException(
              "the tenant doesn't know the application yet" + named,
              AGAIN + " in some minutes; if it stays so, check relay.application.client-id");
      case 50011, 900971 ->
          throw new ConsentException(
              "the application has not this console's address among its redirect URIs" + named,
              "Add it in the Entra admin center under App registrations > Authentication");
      case 50194 ->
          throw new ConsentException(
              "the application is registered for one tenant only" + named,
              "Set its supported account types to accounts in any organizational directory");
      default ->
          throw new ConsentException(
              "Microsoft has refused: " + Printable.line(error, 60) + named,
              code == 0
                  ? AGAIN
                  : AGAIN
                      + "; the code is explained at"
                      + " https://login.microsoftonline.com/error?code="
                      + code);
    }
  }
}
