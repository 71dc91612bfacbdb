package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.entrarelay.simulator.Directory.App;
import io.entrarelay.simulator.Directory.City;
import io.entrarelay.simulator.Directory.Person;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What Entra takes for suspicious of people, or of applications (facts: graph.md section 1.4).
 * Later contents show how the risk was settled, by a new time of the last update.
 */
final class RiskDetectionWriter implements GeneratedRecords.ContentWriter {

  /** A way to be suspicious, and when Entra sees it. */
  private record Suspicion(String type, String timing, String source, boolean signIn) {}

  /** How a risk stands. */
  private record Standing(String state, String detail) {}

  private static final List<Suspicion> OF_PEOPLE =
      List.of(
          new Suspicion("unfamiliarFeatures", "realtime", "IdentityProtection", true),
          new Suspicion("anonymizedIPAddress", "realtime", "IdentityProtection", true),
          new Suspicion("unlikelyTravel", "offline", "IdentityProtection", true),
          new Suspicion("maliciousIPAddress", "offline", "IdentityProtection", true),
          new Suspicion("passwordSpray", "offline", "IdentityProtection", true),
          new Suspicion("anomalousToken", "nearRealtime", "IdentityProtection", true),
          new Suspicion("leakedCredentials", "offline", "IdentityProtection", false),
          new Suspicion(
              "mcasSuspiciousInboxManipulationRules",
              "offline",
              "MicrosoftCloudAppSecurity",
              false),
          new Suspicion("generic", "realtime", "IdentityProtection", true));

  private static final List<Suspicion> OF_APPLICATIONS =
      List.of(
          new Suspicion("leakedCredentials", "offline", "IdentityProtection", false),
          new Suspicion("suspiciousSignins", "offline", "IdentityProtection", true),
          new Suspicion("anomalousServicePrincipalActivity", "offline", "IdentityProtection", true),
          new Suspicion("suspiciousAPITraffic", "offline", "IdentityProtection", true));

  private static final List<Standing> SETTLED =
      List.of(
          new Standing("remediated", "userPerformedSecuredPasswordReset"),
          new Standing("remediated", "userPassedMFADrivenByRiskBasedPolicy"),
          new Standing("dismissed", "adminDismissedAllRiskForUser"),
          new Standing("confirmedSafe", "aiConfirmedSigninSafe"),
          new Standing("confirmedCompromised", "adminConfirmedUserCompromised"));

  private static final List<Standing> SETTLED_APPLICATIONS =
      List.of(
          new Standing("dismissed", "adminDismissedAllRiskForServicePrincipal"),
          new Standing("confirmedCompromised", "adminConfirmedServicePrincipalCompromised"));

  private static final Standing AT_RISK = new Standing("atRisk", "none");

  private final long seed;
  private final Directory directory;
  private final Oddities oddities;
  private final boolean applications;

  /**
   * @param applications whether they are service principals' rather than people's
   */
  RiskDetectionWriter(long seed, Directory directory, Oddities oddities, boolean applications) {
    this.seed = seed;
    this.directory = directory;
    this.oddities = oddities;
    this.applications = applications;
  }

  @Override
  public String id(long index) {
    // Graph's are 64 hexadecimal digits
    String id = Mix.uuid(seed, index).toString() + Mix.uuid(seed ^ 0x1D, index);
    return id.replace("-", "");
  }

  @Override
  public void write(
      long index,
      long time,
      long changed,
      int stage,
      SplittableRandom random,
      ByteArrayOutputStream out) {
    Person person = directory.anyone(random, Math.floorDiv(time, Ticks.SECOND));
    App app = directory.services().get(random.nextInt(directory.services().size()));
    City city = Directory.CITIES.get(random.nextInt(Directory.CITIES.size()));
    List<Suspicion> suspicions = applications ? OF_APPLICATIONS : OF_PEOPLE;
    Suspicion suspicion = suspicions.get(random.nextInt(suspicions.size()));
    List<Standing> settled = applications ? SETTLED_APPLICATIONS : SETTLED;
    Standing end = settled.get(random.nextInt(settled.size()));
    // what is raised first is settled with the content after
    boolean raised = random.nextBoolean();
    Standing standing = stage == 0 || (stage == 1 && raised) ? AT_RISK : end;
    int level = random.nextInt(2) + (stage > 0 && raised ? 1 : 0);
    long before = (1 + random.nextInt(suspicion.timing.equals("offline") ? 7_200 : 120));
    String address = "192.0.2." + (1 + random.nextInt(254));
    RecordJson.write(
        out,
        json -> {
          json.text("id", id(index));
          json.text(
              "requestId", suspicion.signIn ? Mix.uuid(seed ^ 0x2E9, index).toString() : null);
          json.text(
              "correlationId", suspicion.signIn ? Mix.uuid(seed ^ 0xC0, index).toString() : null);
          json.text("riskEventType", suspicion.type);
          json.text("riskState", oddities.member(index, standing.state));
          json.text("riskLevel", List.of("low", "medium", "high").get(level));
          json.text("riskDetail", standing.detail);
          json.text("source", suspicion.source);
          json.text("detectionTimingType", suspicion.timing);
          String activity = suspicion.signIn ? "signin" : "user";
          json.text("activity", applications ? "servicePrincipal" : activity);
          json.text("tokenIssuerType", "AzureAD");
          json.text("ipAddress", suspicion.signIn ? address : null);
          if (suspicion.signIn) {
            SignInWriter.location(json, city);
          } else {
            json.nothing("location");
          }
          json.text("activityDateTime", Ticks.text(time - before * Ticks.SECOND));
          json.text("detectedDateTime", Ticks.text(time));
          json.text("lastUpdatedDateTime", Ticks.text(changed));
          if (applications) {
            json.text("servicePrincipalId", Mix.uuid(seed ^ 0x59, app.id().hashCode()).toString());
            json.text("servicePrincipalDisplayName", app.name());
            json.text("appId", app.id());
            json.texts("keyIds", List.of(Mix.uuid(seed ^ 0x5C, app.id().hashCode()).toString()));
          } else {
            json.text("userId", person.id());
            oddities.name(json, index, "userDisplayName", person.name());
            json.text("userPrincipalName", person.principal());
          }
          json.text("additionalInfo", additionalInfo(suspicion, person, address));
          oddities.write(json, index);
        });
  }

  /** A text that holds JSON. */
  private static String additionalInfo(Suspicion suspicion, Person person, String address) {
    ArrayNode info = JsonNodeFactory.instance.arrayNode();
    if (suspicion.signIn) {
      info.addObject().put("Key", "userAgent").put("Value", person.devices().get(0).userAgent());
      info.addObject().put("Key", "clientIp").put("Value", address);
    }
    info.addObject().put("Key", "mitreTechniques").put("Value", "T1078.004");
    return info.toString();
  }
}
