package io.entrarelay.simulator;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Entra shows a browser: the sign-in ({@code /{tenant}/oauth2/v2.0/authorize}) and the
 * administrator's consent ({@code /{tenant}/v2.0/adminconsent} and {@code /{tenant}/adminconsent},
 * facts: graph.md section 7), and what a client must know for it.
 *
 * <p>An answer goes to the redirect URI only when that is registered for the client; before that is
 * known, a refusal is a page.
 */
final class SignInEndpoint {
  private static final Pattern PATH =
      Pattern.compile(
          "/([^/]+)/(adminconsent|v2\\.0/adminconsent|oauth2/v2\\.0/authorize"
              + "|oauth2/v2\\.0/logout|discovery/v2\\.0/keys"
              + "|v2\\.0/\\.well-known/openid-configuration)");
  private static final String COOKIE = "simulator-session";
  private static final int LONGEST_QUERY = 16 * 1024;
  private static final int LONGEST_FORM = 16 * 1024;
  private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9._~-]{43,128}");

  /**
   * A browser's request.
   *
   * @param path as it came, without the query
   * @param query as it came, or empty
   * @param cookies the header, or null
   * @param origin where a form came from, or null where the browser doesn't say
   * @param host as the browser addressed it
   * @param accept the header, or null
   */
  record Request(
      String method,
      String path,
      String query,
      String form,
      @Nullable String cookies,
      @Nullable String origin,
      @Nullable String host,
      @Nullable String accept,
      String correlationId,
      Instant now) {

    /** Whether a browser says that a form came from another site. */
    boolean isFromElsewhere() {
      return origin != null && !origin.replaceFirst("^https?://", "").equals(host);
    }
  }

  private enum Kind {
    ADMIN_CONSENT_V1,
    ADMIN_CONSENT,
    AUTHORIZE
  }

  /** What is asked for, once it is known where the answer may go. */
  private record Asked(
      Kind kind,
      String tenantName,
      @Nullable Tenant tenant,
      Registration application,
      String redirectUri,
      Fields query,
      Request request) {

    boolean isAdminConsent() {
      return kind != Kind.AUTHORIZE;
    }

    String here() {
      return request.query().isEmpty() ? request.path() : request.path() + "?" + request.query();
    }

    /** The same without a prompt for an account, for the way back from picking one. */
    String again() {
      String query = request.query().replaceAll("(^|&)prompt=(login|select_account)(?=&|$)", "");
      return request.path() + "?" + (query.startsWith("&") ? query.substring(1) : query);
    }

    String otherAccount() {
      return again() + "&prompt=select_account";
    }

    List<String> scopes() {
      return List.of(query.get("scope").trim().split("\\s+", -1));
    }

    /** Version 1 and {@code /.default} ask for all that the application is registered for. */
    boolean wantsPermissions() {
      return kind == Kind.ADMIN_CONSENT_V1
          || kind == Kind.ADMIN_CONSENT
              && scopes().stream().anyMatch(scope -> scope.endsWith("/.default"));
    }
  }

  private final Entra entra;
  private final Sessions sessions = new Sessions();
  private final AuthorizationCodes codes;
  private final IdTokens idTokens;
  private final boolean secure;

  /**
   * @param secure whether browsers come by https
   */
  SignInEndpoint(Entra entra, AuthorizationCodes codes, IdTokens idTokens, boolean secure) {
    this.entra = entra;
    this.codes = codes;
    this.idTokens = idTokens;
    this.secure = secure;
  }

  static boolean isPath(String path) {
    return PATH.matcher(path).matches();
  }

  Reply answer(Request request) {
    Matcher path = PATH.matcher(request.path());
    if (!path.matches()) {
      return Reply.empty(404);
    }
    if (request.query().length() > LONGEST_QUERY) {
      return Reply.html(414, "URI Too Long");
    }
    if (request.form().length() > LONGEST_FORM) {
      return Reply.html(413, "Payload Too Large");
    }
    boolean post = request.method().equals("POST");
    if (!post && !request.method().equals("GET")) {
      return Reply.empty(405);
    }
    String tenantName = path.group(1);
    try {
      return switch (path.group(2)) {
        case "adminconsent" -> browse(Kind.ADMIN_CONSENT_V1, tenantName, request);
        case "v2.0/adminconsent" -> browse(Kind.ADMIN_CONSENT, tenantName, request);
        case "oauth2/v2.0/authorize" -> browse(Kind.AUTHORIZE, tenantName, request);
        case "oauth2/v2.0/logout" -> signOut(request);
        case "discovery/v2.0/keys" -> idTokens.keys();
        default -> configuration(tenantName, request);
      };
    } catch (StsRefusal refusal) {
      return refuse(refusal, request, "");
    }
  }

  private static Reply refuse(StsRefusal refusal, Request request, String other) {
    return SignInPages.refusal(400, refusal, trace(request), other);
  }

  private static StsRefusal.Trace trace(Request request) {
    return StsRefusal.Trace.of(request.correlationId(), request.now());
  }

  private Reply configuration(String tenantName, Request request) {
    Tenant tenant = entra.tenant(tenantName);
    if (tenant == null && !Entra.isOpen(tenantName)) {
      return StsRefusal.noTenant(tenantName).json(request.correlationId(), request.now());
    }
    return idTokens.configuration(
        tenantName, tenant == null ? "{tenantid}" : tenant.identity().tenantId());
  }

  private Reply signOut(Request request) {
    sessions.end(cookie(request));
    return SignInPages.signedOut()
        .header("Set-Cookie", COOKIE + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
  }

  private static String cookie(Request request) {
    String cookies = request.cookies();
    for (String cookie : cookies == null ? new String[0] : cookies.split(";", -1)) {
      String trimmed = cookie.trim();
      if (trimmed.startsWith(COOKIE + "=")) {
        return trimmed.substring(COOKIE.length() + 1);
      }
    }
    return "";
  }

  private Reply browse(Kind kind, String tenantName, Request request) throws StsRefusal {
    Asked asked = asked(kind, tenantName, request);
    try {
      valid(asked);
      Fields form = request.method().equals("POST") ? form(request) : Fields.NONE;
      if (!form.get("account").isEmpty()) {
        return signIn(asked, form.get("account"));
      }
      Sessions.Session session = sessions.session(cookie(request));
      String prompt = asked.query().get("prompt");
      if (session == null && prompt.equals("none")) {
        throw new StsRefusal(
            400,
            "login_required",
            50058,
            "A silent sign-in request was sent but no user is signed in.");
      }
      if (session == null || List.of("login", "select_account").contains(prompt)) {
        return accounts(asked);
      }
      if (!form.get("decision").isEmpty() && !session.isOwn(form.get("token"))) {
        return refuse(
            new StsRefusal(
                400,
                "invalid_request",
                165000,
                "Invalid Request: The request tokens do not match the user context. Do not copy the"
                    + " user context values (cookies; form fields; headers) between different"
                    + " requests or user sessions; always maintain the ALL of the supplied values"
                    + " across a complete single user flow."),
            request,
            "");
      }
      return signedIn(asked, session, form.get("decision"));
    } catch (StsRefusal refusal) {
      return redirect(asked, failure(asked, refusal));
    }
  }

  /** Reads what is asked for as far as it must be right before an answer may go anywhere. */
  private Asked asked(Kind kind, String tenantName, Request request) throws StsRefusal {
    Fields query;
    try {
      query = Fields.parse(request.query());
    } catch (IllegalArgumentException e) {
      throw new StsRefusal(
          400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid.");
    }
    Tenant tenant = entra.tenant(tenantName);
    if (tenant == null && !Entra.isOpen(tenantName)) {
      throw StsRefusal.noTenant(tenantName);
    }
    String clientId = query.required("client_id");
    Registration application = entra.registration(clientId, tenant);
    if (application == null) {
      throw StsRefusal.noApplication(
          clientId, tenant == null ? tenantName : tenant.identity().displayName());
    }
    if (kind == Kind.ADMIN_CONSENT && tenantName.equalsIgnoreCase("common")) {
      throw new StsRefusal(
          400,
          "invalid_request",
          90130,
          "Application '"
              + application.clientId()
              + "' ("
              + application.displayName()
              + ") is not supported over the /common or /consumers endpoints. Please use the"
              + " /organizations or tenant-specific endpoint.");
    }
    if (tenant == null && !application.multiTenant()) {
      throw new StsRefusal(
          400,
          "invalid_request",
          50194,
          "Application '"
              + application.clientId()
              + "'("
              + application.displayName()
              + ") is not configured as a multi-tenant application. Usage of the /common endpoint is"
              + " not supported for such apps created after '10/15/2018'. Use a tenant-specific"
              + " endpoint or configure the application to be multi-tenant.");
    }
    String redirectUri = query.get("redirect_uri");
    if (redirectUri.isBlank()) {
      throw new StsRefusal(400, "invalid_request", 900971, "No reply address provided.");
    }
    if (!application.mayRedirectTo(redirectUri)) {
      throw new StsRefusal(
          400,
          "invalid_request",
          50011,
          "The redirect URI '"
              + redirectUri
              + "' specified in the request does not match the redirect URIs configured for the"
              + " application '"
              + application.clientId()
              + "'. Make sure the redirect URI sent in the request matches one added to your"
              + " application in the Azure portal. Navigate to"
              + " https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot"
              + " this error.");
    }
    return new Asked(kind, tenantName, tenant, application, redirectUri, query, request);
  }

  /** What else must be right; a refusal is the application's to hear. */
  private static void valid(Asked asked) throws StsRefusal {
    Fields query = asked.query();
    if (asked.kind() == Kind.ADMIN_CONSENT_V1) {
      return;
    }
    query.required("scope");
    if (asked.kind() == Kind.ADMIN_CONSENT) {
      return;
    }
    String type = query.required("response_type");
    if (!type.equals("code")) {
      throw new StsRefusal(
          400,
          "unsupported_response_type",
          700054,
          "response_type '" + type + "' is not enabled for the application.");
    }
    String mode = query.get("response_mode");
    if (!List.of("", "query", "form_post").contains(mode)) {
      throw new StsRefusal(
          400,
          "invalid_request",
          90014,
          "The value '" + mode + "' of the parameter 'response_mode' is not supported here.");
    }
    String challenge = query.get("code_challenge");
    if (!challenge.isEmpty() && !CHALLENGE.matcher(challenge).matches()) {
      throw new StsRefusal(
          400, "invalid_request", 501491, "Invalid size of Code_Challenge parameter.");
    }
    if (!List.of("", "plain", "S256").contains(query.get("code_challenge_method"))) {
      throw new StsRefusal(
          400, "invalid_request", 501491, "Invalid Code_Challenge_Method parameter.");
    }
  }

  private static Fields form(Request request) throws StsRefusal {
    if (request.isFromElsewhere()) {
      throw new StsRefusal(
          400, "invalid_request", 165000, "Invalid Request: The form came from another site.");
    }
    try {
      return Fields.parse(request.form());
    } catch (IllegalArgumentException e) {
      throw new StsRefusal(
          400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid.");
    }
  }

  private Reply accounts(Asked asked) {
    List<Tenant> tenants = new ArrayList<>(entra.tenants());
    Tenant tenant = asked.tenant();
    if (tenant != null) {
      tenants.remove(tenant);
      tenants.add(0, tenant);
    }
    return SignInPages.accounts(asked.application().displayName(), tenants, asked.here());
  }

  private Reply signIn(Asked asked, String account) {
    SimulatedPerson person = entra.person(account.trim());
    if (person == null) {
      return refuse(
          new StsRefusal(
              400,
              "invalid_grant",
              50034,
              "The user account "
                  + account
                  + " does not exist in the directory. To sign into this application, the account"
                  + " must be added to the directory."),
          asked.request(),
          asked.otherAccount());
    }
    Sessions.Session session = sessions.begin(person);
    return found(asked.again())
        .header(
            "Set-Cookie",
            COOKIE
                + "="
                + session.id()
                + "; Path=/; HttpOnly; SameSite=Lax"
                + (secure ? "; Secure" : ""));
  }

  private Reply signedIn(Asked asked, Sessions.Session session, String decision) throws StsRefusal {
    SimulatedPerson person = session.person();
    Tenant tenant = asked.tenant() == null ? entra.tenant(person.tenantId()) : asked.tenant();
    Member member = tenant == null ? null : tenant.member(person);
    EnterpriseApplication application =
        tenant == null ? null : tenant.application(asked.application().clientId());
    if (tenant == null || member == null) {
      StsRefusal stranger = stranger(asked, person);
      if (asked.isAdminConsent()) {
        throw stranger;
      }
      return refuse(stranger, asked.request(), asked.otherAccount());
    }
    if (application == null) {
      return refuse(
          StsRefusal.noApplication(asked.application().clientId(), tenant.identity().displayName()),
          asked.request(),
          asked.otherAccount());
    }
    return asked.isAdminConsent()
        ? adminConsent(asked, session, tenant, member, application, decision)
        : authorize(asked, session, tenant, member, application, decision);
  }

  private static StsRefusal stranger(Asked asked, SimulatedPerson person) {
    Tenant tenant = asked.tenant();
    return new StsRefusal(
        400,
        "access_denied",
        50020,
        "User account '"
            + person.userName()
            + "' from identity provider 'https://sts.windows.net/"
            + person.tenantId()
            + "/' does not exist in tenant '"
            + (tenant == null ? "" : tenant.identity().displayName())
            + "' and cannot access the application '"
            + asked.application().clientId()
            + "'("
            + asked.application().displayName()
            + ") in that tenant. The account needs to be added as an external user in the tenant"
            + " first. Sign out and sign in again with a different Azure Active Directory user"
            + " account.");
  }

  private static StsRefusal declined() {
    return new StsRefusal(
        400, "access_denied", 65004, "User declined to consent to access the app.");
  }

  private Reply adminConsent(
      Asked asked,
      Sessions.Session session,
      Tenant tenant,
      Member member,
      EnterpriseApplication application,
      String decision)
      throws StsRefusal {
    if (decision.equals("cancel")) {
      return redirect(asked, cancelled(asked));
    }
    if (application.state() == EnterpriseApplication.State.DISABLED) {
      return refuse(
          StsRefusal.disabled(asked.application()), asked.request(), asked.otherAccount());
    }
    if (!member.administrator()) {
      return SignInPages.approvalNeeded(
          asked.application(),
          tenant,
          session,
          new StsRefusal(403, "access_denied", 90094, "The grant requires admin permission."),
          trace(asked.request()),
          asked.here(),
          asked.otherAccount());
    }
    if (!decision.equals("accept")) {
      return SignInPages.consent(
          asked.application(),
          tenant,
          session,
          true,
          asked.wantsPermissions() ? asked.application().permissions() : List.of(),
          asked.here(),
          asked.otherAccount());
    }
    if (application.takeFailure()) {
      throw new StsRefusal(
          400,
          "invalid_client",
          650051,
          "The "
              + application.clientId()
              + " service principal name is already present for the tenant "
              + tenant.identity().tenantId()
              + ".");
    }
    if (asked.wantsPermissions()) {
      application.consent();
    } else {
      application.install();
    }
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("admin_consent", "True");
    answer.put("tenant", tenant.identity().tenantId());
    if (asked.kind() == Kind.ADMIN_CONSENT) {
      answer.put("scope", asked.query().get("scope"));
    }
    state(asked, answer);
    return redirect(asked, answer);
  }

  private static void state(Asked asked, Map<String, String> answer) {
    if (asked.query().values().containsKey("state")) {
      answer.put("state", asked.query().get("state"));
    }
  }

  private Map<String, String> cancelled(Asked asked) {
    Map<String, String> answer = new LinkedHashMap<>();
    switch (entra.cancelledAs()) {
      case CANCEL -> {
        answer.put("error", "access_denied");
        answer.put("error_subcode", "cancel");
        state(asked, answer);
      }
      case DECLINED -> answer.putAll(failure(asked, declined()));
      case CONSENT_REQUIRED -> {
        StsRefusal refusal =
            new StsRefusal(
                400,
                "consent_required",
                65004,
                "The resource owner or authorization server denied the request.");
        answer.put("admin_consent", "True");
        answer.put("error", refusal.error());
        answer.put("error_description", refusal.description(trace(asked.request()), "\r\n"));
        state(asked, answer);
      }
      case PERMISSION_DENIED -> {
        answer.put("error", "permission_denied");
        answer.put("error_description", "The admin canceled the request");
        state(asked, answer);
      }
    }
    return answer;
  }

  private static Map<String, String> failure(Asked asked, StsRefusal refusal) {
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("error", refusal.error());
    answer.put("error_description", refusal.description(trace(asked.request()), "\r\n"));
    answer.put("error_uri", refusal.errorUri());
    if (asked.isAdminConsent()) {
      answer.put("admin_consent", "True");
    }
    state(asked, answer);
    return answer;
  }

  private Reply authorize(
      Asked asked,
      Sessions.Session session,
      Tenant tenant,
      Member member,
      EnterpriseApplication application,
      String decision)
      throws StsRefusal {
    if (application.state() == EnterpriseApplication.State.DISABLED) {
      return refuse(
          StsRefusal.disabled(asked.application()), asked.request(), asked.otherAccount());
    }
    if (decision.equals("cancel")) {
      throw declined();
    }
    boolean absent = application.state() == EnterpriseApplication.State.ABSENT;
    String prompt = asked.query().get("prompt");
    if ((absent || prompt.equals("consent")) && !decision.equals("accept")) {
      if (prompt.equals("none")) {
        throw new StsRefusal(
            400,
            "interaction_required",
            65001,
            "The user or administrator has not consented to use the application with ID '"
                + application.clientId()
                + "' named '"
                + asked.application().displayName()
                + "'. Send an interactive authorization request for this user and resource.");
      }
      return SignInPages.consent(
          asked.application(),
          tenant,
          session,
          false,
          List.of(),
          asked.here(),
          asked.otherAccount());
    }
    if (absent) {
      application.install();
    }
    Fields query = asked.query();
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put(
        "code",
        codes.issue(
            new AuthorizationCodes.Granted(
                asked.application(),
                tenant,
                member,
                asked.redirectUri(),
                query.get("scope"),
                query.get("nonce"),
                query.get("code_challenge"),
                !query.get("code_challenge_method").equals("S256")),
            asked.request().now()));
    state(asked, answer);
    answer.put("session_state", session.id().substring(0, 32));
    return redirect(asked, answer);
  }

  private static Reply redirect(Asked asked, Map<String, String> answer) {
    if (asked.query().get("response_mode").equals("form_post") && asked.kind() == Kind.AUTHORIZE) {
      return SignInPages.formPost(asked.redirectUri(), answer);
    }
    StringBuilder uri = new StringBuilder(asked.redirectUri());
    char separator = asked.redirectUri().indexOf('?') < 0 ? '?' : '&';
    for (Map.Entry<String, String> field : answer.entrySet()) {
      uri.append(separator)
          .append(field.getKey())
          .append('=')
          .append(URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8));
      separator = '&';
    }
    return found(uri.toString());
  }

  private static Reply found(String uri) {
    return Reply.empty(302).header("Location", uri).header("Cache-Control", "no-store");
  }
}
