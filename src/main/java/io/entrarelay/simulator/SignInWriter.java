package io.entrarelay.simulator;

import io.entrarelay.simulator.Directory.App;
import io.entrarelay.simulator.Directory.City;
import io.entrarelay.simulator.Directory.Device;
import io.entrarelay.simulator.Directory.Person;
import io.entrarelay.simulator.Directory.Policy;
import io.entrarelay.simulator.Directory.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Interactive sign-ins in the v1.0 shape of August 2026 (facts: graph.md section 1.1). Later
 * contents of a record show what Entra adds later: a completed MFA, or a risk.
 */
final class SignInWriter implements GeneratedRecords.ContentWriter {

  /** A way in which a sign-in ends, and how many of a thousand do. */
  private record Outcome(int share, int code, @Nullable String reason, @Nullable String details) {}

  private static final List<Outcome> FAILURES =
      List.of(
          new Outcome(
              36,
              50126,
              "Error validating credentials due to invalid username or password.",
              "The user didn't enter the right credentials. It's expected to see some number of"
                  + " these errors in your logs due to users making mistakes."),
          new Outcome(
              14,
              50140,
              "This error occurred due to 'Keep me signed in' interrupt when the user"
                  + " was signing-in.",
              null),
          new Outcome(12, 50074, "Strong Authentication is required.", "MFA required in Azure AD"),
          new Outcome(
              10,
              50076,
              "Due to a configuration change made by your administrator, or because you"
                  + " moved to a new location, you must use multi-factor authentication to"
                  + " access.",
              "MFA required in Azure AD"),
          new Outcome(
              8,
              53003,
              "Access has been blocked by Conditional Access policies. The access policy"
                  + " does not allow token issuance.",
              null),
          new Outcome(
              6,
              50053,
              "The account is locked, you've tried to sign in too many times with an"
                  + " incorrect user ID or password.",
              null),
          new Outcome(
              5,
              500121,
              "Authentication failed during strong authentication request.",
              "MFA denied; user declined the authentication"),
          new Outcome(4, 50058, "Session information is not sufficient for single-sign-on.", null),
          new Outcome(3, 50055, "Invalid password, entered expired password.", null),
          new Outcome(
              3,
              50057,
              "User account is disabled. The account has been disabled by an" + " administrator.",
              null),
          new Outcome(
              3,
              53000,
              "Device is not in required device state: {state}. Conditional"
                  + " Access policy requires a compliant device.",
              null),
          new Outcome(
              2,
              65001,
              "The user or administrator has not consented to use the"
                  + " application with ID '{identifier}'{namePhrase}.",
              null),
          new Outcome(
              2,
              50105,
              "Your administrator has configured the application to block users"
                  + " unless they are specifically granted ('assigned') access.",
              null),
          new Outcome(
              1,
              90094,
              "Admin consent is required for the permissions requested by this" + " application.",
              null));

  private static final List<String> RISKS =
      List.of(
          "unfamiliarFeatures",
          "anonymizedIPAddress",
          "unlikelyTravel",
          "maliciousIPAddress",
          "leakedCredentials");

  private final long seed;
  private final Directory directory;
  private final Oddities oddities;

  SignInWriter(long seed, Directory directory, Oddities oddities) {
    this.seed = seed;
    this.oddities = oddities;
    this.directory = directory;
  }

  @Override
  public String id(long index) {
    return Mix.uuid(seed, index).toString();
  }

  private static @Nullable Outcome failure(SplittableRandom random) {
    int dice = random.nextInt(1000);
    for (Outcome outcome : FAILURES) {
      dice -= outcome.share;
      if (dice < 0) {
        return outcome;
      }
    }
    return null;
  }

  @Override
  public void write(
      long index,
      long time,
      long changed,
      int stage,
      SplittableRandom random,
      ByteArrayOutputStream out) {
    long second = Math.floorDiv(time, Ticks.SECOND);
    Person person = directory.anyone(random, second);
    Device device = person.devices().get(random.nextInt(person.devices().size()));
    App app = person.apps().get(random.nextInt(person.apps().size()));
    boolean away = random.nextInt(40) == 0;
    City city =
        away ? Directory.CITIES.get(random.nextInt(Directory.CITIES.size())) : person.home();
    Outcome failure = failure(random);
    boolean risky = random.nextInt(120) == 0;
    boolean mfaDone = random.nextInt(3) == 0;
    String risk = RISKS.get(random.nextInt(RISKS.size()));
    boolean legacy = person.role() == Role.SERVICE_ACCOUNT && random.nextInt(4) == 0;
    boolean mfa = mfaDone && !legacy;
    boolean atWork = random.nextBoolean();
    boolean unknownPlace = random.nextInt(60) == 0;
    long correlation = random.nextInt(4) == 0 ? -1 - index / 3 : index;
    boolean emptyDetails = random.nextInt(5) == 0;
    // what a revision adds: most often the MFA that was still open, otherwise a risk
    boolean openMfa = stage == 0 && Mix.unit(Mix.of(seed ^ 0x3FA, index)) < 0.6;
    boolean revisedMfa = stage > 0 && Mix.unit(Mix.of(seed ^ 0x3FA, index)) < 0.6;
    boolean revisedRisk = stage > 0 && !revisedMfa;
    if (revisedMfa) {
      failure = null;
      mfa = true;
    }
    Outcome outcome = failure;
    boolean withMfa = mfa;
    String state = risky || revisedRisk ? (stage > 1 ? "remediated" : "atRisk") : "none";
    String level = state.equals("none") ? "none" : List.of("medium", "high", "low").get(stage);
    RecordJson.write(
        out,
        json -> {
          json.text("id", id(index));
          json.text("createdDateTime", Ticks.text(time));
          boolean redacted = person.role() == Role.GUEST && unknownPlace;
          oddities.name(json, index, "userDisplayName", person.name());
          json.text("userPrincipalName", person.principal());
          json.text("userId", person.id());
          json.text("appId", app.id());
          json.text("appDisplayName", app.name());
          String address = atWork && !away ? person.workAddress() : person.homeAddress();
          json.text("ipAddress", redacted ? "203.0.113.XXX" : address);
          json.text("clientAppUsed", client(legacy, device, index));
          json.text("userAgent", legacy ? null : device.userAgent());
          json.text("correlationId", Mix.uuid(seed ^ 0xC0, correlation).toString());
          json.text("conditionalAccessStatus", conditionalAccess(outcome, withMfa));
          json.flag("isInteractive", true);
          json.text("riskDetail", oddities.member(index, risk(stage, state)));
          json.text("riskLevelAggregated", level);
          json.text("riskLevelDuringSignIn", risky ? level : "none");
          json.text("riskState", state);
          List<String> events = state.equals("none") ? List.of() : List.of(risk);
          json.texts("riskEventTypes", events);
          json.texts("riskEventTypes_v2", events);
          json.text("resourceDisplayName", app.resourceName());
          json.text("resourceId", app.resourceId());
          json.text("homeTenantId", person.homeTenantId());
          json.text("resourceTenantId", directory.tenant().tenantId());
          json.text("servicePrincipalId", "");
          json.nothing("servicePrincipalName");
          status(json, outcome, withMfa && !openMfa, emptyDetails);
          device(json, legacy ? null : device);
          location(json, unknownPlace ? null : city);
          authenticator(json, withMfa && !openMfa, person);
          policies(json, outcome, withMfa, device);
          oddities.write(json, index);
        });
  }

  private static String client(boolean legacy, Device device, long index) {
    if (legacy) {
      return List.of("IMAP4", "Authenticated SMTP", "POP3", "Exchange ActiveSync")
          .get((int) Math.floorMod(index, 4L));
    }
    return device.system().startsWith("Windows") && index % 3 == 0
        ? "Mobile Apps and Desktop clients"
        : "Browser";
  }

  private static String conditionalAccess(@Nullable Outcome outcome, boolean mfa) {
    if (outcome != null && (outcome.code == 53003 || outcome.code == 53000)) {
      return "failure";
    }
    if (outcome != null && (outcome.code == 50074 || outcome.code == 50076)) {
      return "failure";
    }
    return mfa ? "success" : "notApplied";
  }

  private static String risk(int stage, String state) {
    return state.equals("remediated")
        ? "userPassedMFADrivenByRiskBasedPolicy"
        : stage > 1 ? "aiConfirmedSigninSafe" : "none";
  }

  private static void status(
      RecordJson json, @Nullable Outcome outcome, boolean mfa, boolean emptyDetails)
      throws IOException {
    json.object(
        "status",
        status -> {
          status.number("errorCode", outcome == null ? 0 : outcome.code);
          status.text("failureReason", outcome == null ? "Other." : outcome.reason);
          status.text(
              "additionalDetails",
              outcome != null
                  ? outcome.details
                  : mfa ? "MFA completed in Azure AD" : emptyDetails ? "" : null);
        });
  }

  static void device(RecordJson json, @Nullable Device device) throws IOException {
    json.object(
        "deviceDetail",
        detail -> {
          detail.text("deviceId", device == null ? "" : device.id());
          detail.text("displayName", device == null ? null : device.name());
          detail.text("operatingSystem", device == null ? "" : device.system());
          detail.text("browser", device == null ? "" : device.browser());
          boolean managed = device != null && device.managed();
          detail.flag("isCompliant", managed ? Boolean.TRUE : null);
          detail.flag("isManaged", managed ? Boolean.TRUE : null);
          detail.text("trustType", device == null ? null : device.trust());
        });
  }

  static void location(RecordJson json, @Nullable City city) throws IOException {
    json.object(
        "location",
        location -> {
          location.text("city", city == null ? null : city.name());
          location.text("state", city == null ? null : city.state());
          location.text("countryOrRegion", city == null ? null : city.country());
          if (city == null) {
            location.nothing("geoCoordinates");
          } else {
            location.object(
                "geoCoordinates",
                coordinates -> {
                  coordinates.nothing("altitude");
                  coordinates.number("latitude", city.latitude());
                  coordinates.number("longitude", city.longitude());
                });
          }
        });
  }

  private static void authenticator(RecordJson json, boolean mfa, Person person)
      throws IOException {
    if (!mfa || person.role() == Role.FEDERATED) {
      json.nothing("authenticationAppDeviceDetails");
      return;
    }
    json.object(
        "authenticationAppDeviceDetails",
        details -> {
          details.text("appVersion", "6.2510.7012");
          details.text("clientApp", "microsoftAuthenticator");
          details.text("deviceId", person.id());
          details.text("operatingSystem", "Ios 18.5");
        });
  }

  private void policies(RecordJson json, @Nullable Outcome outcome, boolean mfa, Device device)
      throws IOException {
    json.array(
        "appliedConditionalAccessPolicies",
        array -> {
          for (int i = 0; i < directory.policies().size(); i++) {
            Policy policy = directory.policies().get(i);
            String result = result(i, outcome, mfa, device);
            array.element(
                element -> {
                  element.text("id", policy.id());
                  element.text("displayName", policy.name());
                  element.texts("enforcedGrantControls", policy.grants());
                  element.texts("enforcedSessionControls", policy.sessions());
                  element.text("result", result);
                });
          }
        });
  }

  private static String result(int policy, @Nullable Outcome outcome, boolean mfa, Device device) {
    int code = outcome == null ? 0 : outcome.code;
    return switch (policy) {
      case 0 -> code == 50074 || code == 50076 ? "failure" : mfa ? "success" : "notApplied";
      case 2 -> code == 53000 ? "failure" : device.managed() ? "success" : "notEnabled";
      case 4 -> code == 53003 ? "failure" : "notApplied";
      case 5 -> mfa ? "reportOnlySuccess" : "reportOnlyNotApplied";
      default -> "notApplied";
    };
  }
}
