package io.entrarelay.simulator;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pages that Entra shows a browser, plain HTML without anything from elsewhere. Whatever came
 * from outside is escaped.
 */
final class SignInPages {
  private static final int MOST_TENANTS = 50;

  /** Sends a form as soon as the page is there; named by its hash in the policy below. */
  private static final String SUBMIT = "document.forms[0].submit()";

  // nothing is said of form-action: it would also hold for where an answer redirects to
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
  private static final String POLICY_WITH_SUBMIT =
      POLICY + "; script-src 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='";

  private static final String STYLE =
      """
      :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
      body { margin: 0; background: Canvas; color: CanvasText }
      main { max-width: 30rem; margin: 3rem auto; padding: 0 1rem }
      .note { border-left: .25rem solid #b58900; padding-left: .75rem }
      button { font: inherit; padding: .5rem 1rem; margin: .25rem .25rem .25rem 0 }
      button.account { display: block; width: 100%; text-align: left }
      input { font: inherit; padding: .4rem; width: 100%; box-sizing: border-box }
      h1 { font-size: 1.5rem } h2 { font-size: 1.1rem }
      """;

  private static final Map<String, String> PERMISSIONS =
      Map.of(
          "AuditLog.Read.All", "Read all audit log data",
          "Directory.Read.All", "Read directory data",
          "IdentityRiskEvent.Read.All", "Read all identity risk event information",
          "IdentityRiskyServicePrincipal.Read.All", "Read all identity risky service principals",
          "IdentityRiskyUser.Read.All", "Read all identity risky user information",
          "Policy.Read.ConditionalAccess", "Read your organization's conditional access policies");

  private SignInPages() {}

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  static Reply page(int status, String title, String content) {
    return page(status, title, content, POLICY);
  }

  private static Reply page(int status, String title, String content, String policy) {
    String html =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>"
            + escape(title)
            + "</title><style>\n"
            + STYLE
            + "</style></head><body><main>\n<p class=\"note\">This is a simulation of Microsoft"
            + " Entra ID.</p>\n<h1>"
            + escape(title)
            + "</h1>\n"
            + content
            + "</main></body></html>\n";
    return new Reply(
            status,
            "text/html; charset=utf-8",
            new LinkedHashMap<>(),
            html.getBytes(StandardCharsets.UTF_8))
        .header("Content-Security-Policy", policy)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "same-origin")
        .header("Cache-Control", "no-store");
  }

  /**
   * Who signs in.
   *
   * @param tenants their people are offered, in this order
   */
  static Reply accounts(String application, Collection<Tenant> tenants, String action) {
    StringBuilder content = new StringBuilder();
    content
        .append("<p>to continue to <strong id=\"application\">")
        .append(escape(application))
        .append("</strong></p>\n<form method=\"post\" action=\"")
        .append(escape(action))
        .append("\">\n");
    int shown = 0;
    for (Tenant tenant : tenants) {
      if (shown++ == MOST_TENANTS) {
        break;
      }
      content.append("<h2>").append(escape(tenant.identity().displayName())).append("</h2>\n");
      int number = 0;
      for (Member member : tenant.members()) {
        SimulatedPerson person = member.person();
        if (!person.tenantId().equals(tenant.identity().tenantId())) {
          continue;
        }
        String id =
            number == 0
                ? "administrator-" + tenant.identity().name()
                : number == 1 ? "user-" + tenant.identity().name() : "account-" + person.objectId();
        number++;
        content
            .append("<button class=\"account\" name=\"account\" id=\"")
            .append(escape(id))
            .append("\" value=\"")
            .append(escape(person.objectId()))
            .append("\">")
            .append(escape(person.displayName()))
            .append("<br>")
            .append(escape(person.userName()))
            .append(person.administrator() ? ", Global Administrator" : "")
            .append("</button>\n");
      }
    }
    content
        .append("</form>\n<form method=\"post\" action=\"")
        .append(escape(action))
        .append(
            """
            ">
            <p><label for="account">Another account</label>
            <input id="account" name="account" autocomplete="username" required></p>
            <button id="next">Next</button>
            </form>
            """);
    return page(200, "Pick an account", content.toString());
  }

  /**
   * Asks for consent.
   *
   * @param administrator whether it is for everybody in the tenant
   * @param permissions of Graph; empty where the person is only to be signed in
   * @param other where another account can be picked
   */
  static Reply consent(
      Registration application,
      Tenant tenant,
      Sessions.Session session,
      boolean administrator,
      List<String> permissions,
      String action,
      String other) {
    StringBuilder content = new StringBuilder();
    signedIn(content, tenant, session);
    content
        .append("<p><strong id=\"application\">")
        .append(escape(application.displayName()))
        .append("</strong><br>unverified</p>\n<p>This app would like to:</p>\n<ul>\n");
    for (String permission : permissions) {
      content
          .append("<li>")
          .append(escape(PERMISSIONS.getOrDefault(permission, permission)))
          .append(" (<code>")
          .append(escape(permission))
          .append("</code>)</li>\n");
    }
    content
        .append("<li>Sign you in and read your profile</li>\n</ul>\n<p>")
        .append(
            administrator
                ? "If you accept, this app will get access to the specified resources for all users"
                    + " in your organization. No one else will be prompted to review these"
                    + " permissions."
                : "Accepting these permissions means that you allow this app to use your data.")
        .append("</p>\n<form method=\"post\" action=\"")
        .append(escape(action))
        .append("\"><input type=\"hidden\" name=\"token\" value=\"")
        .append(escape(session.token()))
        .append(
            """
            ">
            <button id="cancel" name="decision" value="cancel">Cancel</button>
            <button id="accept" name="decision" value="accept">Accept</button>
            </form>
            """);
    otherAccount(content, other);
    return page(200, "Permissions requested", content.toString());
  }

  private static void signedIn(StringBuilder content, Tenant tenant, Sessions.Session session) {
    content
        .append("<p>Signed in as <span id=\"signed-in\">")
        .append(escape(session.person().userName()))
        .append("</span>, <span id=\"tenant\">")
        .append(escape(tenant.identity().displayName()))
        .append("</span></p>\n");
  }

  private static void otherAccount(StringBuilder content, String other) {
    content
        .append("<p><a id=\"other-account\" href=\"")
        .append(escape(other))
        .append("\">Sign in with another account</a></p>\n");
  }

  /** Somebody who may not consent is told so, and may go back or sign in as somebody else. */
  static Reply approvalNeeded(
      Registration application,
      Tenant tenant,
      Sessions.Session session,
      StsRefusal refusal,
      StsRefusal.Trace trace,
      String action,
      String other) {
    StringBuilder content = new StringBuilder();
    signedIn(content, tenant, session);
    content
        .append("<p><strong id=\"application\">")
        .append(escape(application.displayName()))
        .append("</strong> needs permission to access resources in your organization that only an")
        .append(
            " admin can grant. Please ask an admin to grant permission to this app before you can"
                + " use it.</p>\n<form method=\"post\" action=\"")
        .append(escape(action))
        .append("\"><input type=\"hidden\" name=\"token\" value=\"")
        .append(escape(session.token()))
        .append(
            """
            ">
            <button id="cancel" name="decision" value="cancel">
            Return to the application without granting consent</button>
            </form>
            """);
    otherAccount(content, other);
    details(content, refusal, trace);
    return page(403, "Need admin approval", content.toString());
  }

  private static void details(StringBuilder content, StsRefusal refusal, StsRefusal.Trace trace) {
    content
        .append("<p id=\"error\">")
        .append(escape(refusal.description(trace, "\n")).replace("\n", "<br>"))
        .append("</p>\n");
  }

  /** A refusal that goes nowhere, since it can't be trusted where it would go. */
  static Reply refusal(int status, StsRefusal refusal, StsRefusal.Trace trace, String other) {
    StringBuilder content = new StringBuilder();
    content.append("<p>Sorry, but we’re having trouble signing you in.</p>\n");
    details(content, refusal, trace);
    if (!other.isEmpty()) {
      otherAccount(content, other);
    }
    return page(status, "Sign in", content.toString());
  }

  static Reply signedOut() {
    return page(200, "You signed out of your account", "<p>Close all browser windows.</p>\n");
  }

  /** Takes the fields to the application by a form that sends itself. */
  static Reply formPost(String redirectUri, Map<String, String> fields) {
    StringBuilder content = new StringBuilder();
    content.append("<form method=\"post\" action=\"").append(escape(redirectUri)).append("\">\n");
    fields.forEach(
        (name, value) ->
            content
                .append("<input type=\"hidden\" name=\"")
                .append(escape(name))
                .append("\" value=\"")
                .append(escape(value))
                .append("\">\n"));
    content
        .append("<button id=\"continue\">Continue</button>\n</form>\n<script>")
        .append(SUBMIT)
        .append("</script>\n");
    return page(200, "Working...", content.toString(), POLICY_WITH_SUBMIT);
  }
}
