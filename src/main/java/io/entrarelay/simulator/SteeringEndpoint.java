package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /simulator/consent}: how tenants stand with their applications, and what an administrator,
 * or time, changes about it, for tests in another process and by hand. {@code GET} shows it, to a
 * browser with buttons; {@code POST} changes it by a form: {@code action}, {@code tenant} (name, id
 * or domain), {@code client} (the tenant's application where it is left out) and {@code value}.
 */
final class SteeringEndpoint {
  private static final int LONGEST_FORM = 16 * 1024;
  private static final int MOST_TENANTS = 50;
  private static final Set<String> HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Entra entra;

  SteeringEndpoint(Entra entra) {
    this.entra = entra;
  }

  Reply answer(SignInEndpoint.Request request) {
    try {
      Fields query = Fields.parse(request.query());
      boolean browser = request.accept() != null && request.accept().contains("text/html");
      switch (request.method()) {
        case "GET" -> {
          return browser ? page(query.get("tenant")) : Reply.json(200, all().toString());
        }
        case "POST" -> {
          if (request.isFromElsewhere() || !isLoopback(request.host())) {
            return text(403, "Only this machine's own pages and clients may change something.");
          }
          if (request.form().length() > LONGEST_FORM) {
            return text(413, "A form is at most " + LONGEST_FORM + " characters.");
          }
          Fields form = Fields.parse(request.form());
          Tenant tenant = change(form);
          if (browser) {
            return Reply.empty(303).header("Location", request.path());
          }
          return Reply.json(200, (tenant == null ? all() : describe(tenant)).toString());
        }
        default -> {
          return Reply.empty(405);
        }
      }
    } catch (IllegalArgumentException | IllegalStateException e) {
      return text(400, String.valueOf(e.getMessage()));
    }
  }

  /** A name of another site that leads to this machine is not this machine's. */
  private static boolean isLoopback(@Nullable String host) {
    return host != null && HOSTS.contains(host.replaceFirst(":\\d+$", ""));
  }

  private static Reply text(int status, String text) {
    return new Reply(
        status,
        "text/plain; charset=utf-8",
        new HashMap<>(),
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** Does what a form says, and gives the tenant that it was about, or null. */
  private @Nullable Tenant change(Fields form) {
    String action = form.get("action");
    String value = form.get("value");
    switch (action) {
      case "lag" -> {
        entra.lag(ReplicationLag.parse(value));
        return null;
      }
      case "cancelled-as" -> {
        entra.cancelledAs(one(CancelledAs.class, value));
        return null;
      }
      case "spoil-id-tokens" -> {
        entra.flaw(one(IdTokenFlaw.class, value));
        return null;
      }
      case "redirect-uri" -> {
        application(form.get("client")).addRedirectUri(value);
        return null;
      }
      default -> {
        Tenant tenant = entra.named(form.get("tenant"));
        if (action.equals("licence")) {
          tenant.licence(one(Licence.class, value));
        } else if (action.equals("condition")) {
          tenant.condition(one(TenantCondition.class, value));
        } else {
          change(application(tenant, form.get("client")), action, value);
        }
        return tenant;
      }
    }
  }

  private static void change(EnterpriseApplication application, String action, String value) {
    switch (action) {
      case "consent" -> application.consent();
      case "delete" -> application.delete();
      case "disable" -> application.disable();
      case "enable" -> application.enable();
      case "grant" -> application.grant(permission(value));
      case "withdraw" -> application.withdraw(permission(value));
      case "withhold" ->
          application.withhold(value.isBlank() ? Set.of() : Set.of(value.trim().split("[\\s,]+")));
      case "fail-next-consent" -> application.failNextConsent();
      default ->
          throw new IllegalArgumentException(
              "action is consent, delete, disable, enable, grant, withdraw, withhold,"
                  + " fail-next-consent, licence, condition, lag, cancelled-as,"
                  + " spoil-id-tokens or redirect-uri, not "
                  + action
                  + ".");
    }
  }

  private static String permission(String value) {
    if (!value.matches("[A-Za-z-]+(\\.[A-Za-z-]+)+")) {
      throw new IllegalArgumentException(
          "value is a permission such as AuditLog.Read.All, not " + value + ".");
    }
    return value;
  }

  private Registration application(String clientId) {
    Registration application =
        clientId.isEmpty() ? entra.shared() : entra.registration(clientId, null);
    if (application == null) {
      throw new IllegalArgumentException("There is no application " + clientId + ".");
    }
    return application;
  }

  private static EnterpriseApplication application(Tenant tenant, String clientId) {
    EnterpriseApplication application =
        tenant.application(clientId.isEmpty() ? tenant.identity().clientId() : clientId);
    if (application == null) {
      throw new IllegalArgumentException(
          "The application " + clientId + " can't be in the tenant.");
    }
    return application;
  }

  private static <E extends Enum<E>> E one(Class<E> type, String value) {
    for (E each : type.getEnumConstants()) {
      if (each.name().equalsIgnoreCase(value.replace('-', '_'))) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "value is one of "
            + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)
            + ", not "
            + value
            + ".");
  }

  private ObjectNode all() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    Registration shared = entra.shared();
    ObjectNode application = body.putObject("application");
    application.put("clientId", shared.clientId()).put("displayName", shared.displayName());
    shared.redirectUris().forEach(application.putArray("redirectUris")::add);
    shared.permissions().forEach(application.putArray("permissions")::add);
    ReplicationLag lag = entra.lag();
    body.putObject("replicationLag")
        .put("unknown", lag.unknown().toString())
        .put("intermittent", lag.intermittent().toString())
        .put("withoutRoles", lag.withoutRoles().toString())
        .put("refused", lag.refused().toString());
    body.put("cancelledAs", entra.cancelledAs().name()).put("idTokens", entra.flaw().name());
    ArrayNode tenants = body.putArray("tenants");
    entra.tenants().forEach(tenant -> tenants.add(describe(tenant)));
    return body;
  }

  private static ObjectNode describe(Tenant tenant) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    SimulatedTenant identity = tenant.identity();
    body.put("name", identity.name())
        .put("displayName", identity.displayName())
        .put("tenantId", identity.tenantId())
        .put("domain", tenant.domain())
        .put("licence", tenant.licence().name())
        .put("condition", tenant.condition().name());
    ArrayNode people = body.putArray("people");
    for (Member member : tenant.members()) {
      people
          .addObject()
          .put("userName", member.person().userName())
          .put("displayName", member.person().displayName())
          .put("objectId", member.objectId())
          .put("administrator", member.administrator());
    }
    ArrayNode applications = body.putArray("applications");
    for (EnterpriseApplication application : tenant.applications()) {
      ObjectNode one = applications.addObject();
      one.put("clientId", application.clientId())
          .put("displayName", application.registration().displayName())
          .put("state", application.state().name());
      application.permissions().forEach(one.putArray("permissions")::add);
      application.withheld().forEach(one.putArray("withheld")::add);
    }
    return body;
  }

  /** The same for a person: the state, and a button for each change. */
  private Reply page(String name) {
    StringBuilder content = new StringBuilder();
    content
        .append("<p>Consent asked for by <code>")
        .append(entra.shared().clientId())
        .append("</code>. Replication lag: ")
        .append(SignInPages.escape(entra.lag().toString()))
        .append("</p>\n<form method=\"post\"><input type=\"hidden\" name=\"action\" value=\"lag\">")
        .append("<label for=\"lag\">Replication lag: 5s, or 5s,0s,10s,500ms</label>")
        .append("<input id=\"lag\" name=\"value\" required><button>Set</button></form>\n");
    List<Tenant> tenants =
        name.isEmpty() ? entra.tenants().stream().toList() : List.of(entra.named(name));
    for (Tenant tenant : tenants.subList(0, Math.min(MOST_TENANTS, tenants.size()))) {
      SimulatedTenant identity = tenant.identity();
      content
          .append("<h2>")
          .append(SignInPages.escape(identity.displayName()))
          .append("</h2>\n<p><code>")
          .append(identity.tenantId())
          .append("</code>, licence ")
          .append(tenant.licence())
          .append("</p>\n");
      for (Licence licence : Licence.values()) {
        button(content, identity, "", "licence", licence.name());
      }
      for (EnterpriseApplication application : tenant.applications()) {
        content
            .append("<h3>")
            .append(SignInPages.escape(application.registration().displayName()))
            .append(": ")
            .append(application.state())
            .append("</h3>\n<p>")
            .append(SignInPages.escape(String.join(", ", application.permissions())))
            .append("</p>\n");
        for (String action :
            List.of("consent", "delete", "disable", "enable", "fail-next-consent")) {
          button(content, identity, application.clientId(), action, "");
        }
        for (String permission : application.permissions()) {
          button(content, identity, application.clientId(), "withdraw", permission);
        }
      }
    }
    if (tenants.size() > MOST_TENANTS) {
      content.append("<p>And others: <code>?tenant=NAME</code> shows one.</p>\n");
    }
    return SignInPages.page(200, "Consent", content.toString());
  }

  private static void button(
      StringBuilder content, SimulatedTenant tenant, String client, String action, String value) {
    content.append("<form method=\"post\">");
    hidden(content, "tenant", tenant.tenantId());
    hidden(content, "client", client);
    hidden(content, "action", action);
    hidden(content, "value", value);
    content
        .append("<button>")
        .append(SignInPages.escape((action + " " + value).trim()))
        .append("</button></form>\n");
  }

  private static void hidden(StringBuilder content, String name, String value) {
    content
        .append("<input type=\"hidden\" name=\"")
        .append(name)
        .append("\" value=\"")
        .append(SignInPages.escape(value))
        .append("\">");
  }
}
