package io.entrarelay.simulator;

import io.entrarelay.simulator.Directory.App;
import io.entrarelay.simulator.Directory.City;
import io.entrarelay.simulator.Directory.Device;
import io.entrarelay.simulator.Directory.Person;
import io.entrarelay.simulator.Directory.Policy;
import io.entrarelay.simulator.Directory.Resource;
import io.entrarelay.simulator.Directory.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Sign-ins that only beta has, in its shape (facts: graph.md section 1.1): clients in a user's
 * name, applications with a credential of their own, and Azure resources. Every property of the
 * shape is there, most of them null or "" where the kind has no use for them.
 */
final class BetaSignInWriter implements GeneratedRecords.ContentWriter {

  /** A way in which a sign-in fails, and how many of a thousand do. */
  private record Failure(int share, int code, String reason) {}

  private static final List<Failure> OF_USERS =
      List.of(
          new Failure(
              30,
              70043,
              "The refresh token has expired or is invalid due to sign-in frequency checks by"
                  + " conditional access."),
          new Failure(12, 50076, "Due to a configuration change made by your administrator"),
          new Failure(10, 53003, "Access has been blocked by Conditional Access policies."),
          new Failure(6, 700082, "The refresh token has expired due to inactivity."),
          new Failure(4, 50173, "The provided grant has expired due to it being revoked."));

  private static final List<Failure> OF_APPLICATIONS =
      List.of(
          new Failure(20, 7000215, "Invalid client secret provided."),
          new Failure(12, 7000222, "The provided client secret keys are expired."),
          new Failure(8, 700027, "Client assertion failed signature validation."),
          new Failure(5, 53003, "Access has been blocked by Conditional Access policies."));

  private static final List<Failure> OF_RESOURCES =
      List.of(new Failure(10, 500011, "The resource principal was not found in the tenant."));

  /** Those whose kind is the writer's. */
  private final ReportKind kind;

  private final long seed;
  private final Directory directory;
  private final Oddities oddities;

  BetaSignInWriter(ReportKind kind, long seed, Directory directory, Oddities oddities) {
    this.kind = kind;
    this.seed = seed;
    this.directory = directory;
    this.oddities = oddities;
  }

  @Override
  public String id(long index) {
    return Mix.uuid(seed, index).toString();
  }

  /** Who signs in: a person's client, an application or a resource; the others are null. */
  private record Who(@Nullable Person person, @Nullable Resource resource, App app) {
    String principalId() {
      return person == null ? (resource == null ? app.id() : resource.id()) : "";
    }

    @Nullable String principalName() {
      return person == null ? (resource == null ? app.name() : resource.name()) : null;
    }
  }

  private Who who(long time, SplittableRandom random) {
    App service = directory.services().get(random.nextInt(directory.services().size()));
    switch (kind) {
      case NON_INTERACTIVE_USER_SIGN_INS -> {
        Person person = directory.anyone(random, Math.floorDiv(time, Ticks.SECOND));
        return new Who(person, null, person.apps().get(random.nextInt(person.apps().size())));
      }
      case MANAGED_IDENTITY_SIGN_INS -> {
        Resource resource = directory.resources().get(random.nextInt(directory.resources().size()));
        App app =
            new App(resource.appId(), resource.name(), service.resourceId(), "Azure Key Vault");
        return new Who(null, resource, app);
      }
      default -> {
        return new Who(null, null, service);
      }
    }
  }

  private @Nullable Failure failure(SplittableRandom random) {
    int dice = random.nextInt(1000);
    for (Failure failure :
        switch (kind) {
          case NON_INTERACTIVE_USER_SIGN_INS -> OF_USERS;
          case MANAGED_IDENTITY_SIGN_INS -> OF_RESOURCES;
          default -> OF_APPLICATIONS;
        }) {
      dice -= failure.share;
      if (dice < 0) {
        return failure;
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
    Who who = who(time, random);
    Person person = who.person;
    Device device = person == null ? null : person.devices().get(0);
    Failure failure = failure(random);
    City city =
        person == null
            ? Directory.CITIES.get(random.nextInt(3))
            : random.nextInt(50) == 0
                ? Directory.CITIES.get(random.nextInt(Directory.CITIES.size()))
                : person.home();
    int milliseconds = 20 + random.nextInt(900);
    boolean secret = random.nextInt(3) == 0;
    boolean six = random.nextInt(8) == 0;
    // a revision tells the result of an authentication that was still open
    boolean open = stage == 0 && Mix.unit(Mix.of(seed ^ 0x3FA, index)) < 0.4;
    RecordJson.write(
        out,
        json -> {
          json.text("id", id(index));
          json.text("createdDateTime", Ticks.text(time));
          people(json, index, who);
          json.text("appId", who.app.id());
          json.text("appDisplayName", who.app.name());
          json.text("appOwnerTenantId", directory.tenant().tenantId());
          json.text("ipAddress", address(who, six, index));
          json.nothing("ipAddressFromResourceProvider");
          json.nothing("globalSecureAccessIpAddress");
          json.number("autonomousSystemNumber", person == null ? 8075 : 64_496 + (int) (index % 9));
          json.text("clientAppUsed", person == null ? null : "Mobile Apps and Desktop clients");
          json.text("userAgent", device == null ? null : device.userAgent());
          json.text("correlationId", Mix.uuid(seed ^ 0xC0, index / 2).toString());
          json.text("originalRequestId", id(index));
          json.text("uniqueTokenIdentifier", Long.toString(Mix.of(seed ^ 0x7, index), 36));
          json.text("sessionId", person == null ? null : Mix.uuid(seed ^ 0x5E5, index / 9) + "");
          json.nothing("clientSessionId");
          json.flag("isInteractive", false);
          json.texts("signInEventTypes", List.of(event()));
          json.number("processingTimeInMilliseconds", milliseconds);
          json.text("tokenIssuerName", "");
          json.text("tokenIssuerType", "AzureAD");
          json.text("resourceDisplayName", who.app.resourceName());
          json.text("resourceId", who.app.resourceId());
          json.text("resourceOwnerTenantId", directory.tenant().tenantId());
          json.text("resourceServicePrincipalId", Mix.uuid(seed ^ 0x2E5, 0).toString());
          json.text("resourceTenantId", directory.tenant().tenantId());
          json.text("homeTenantId", person == null ? null : person.homeTenantId());
          json.text("homeTenantName", "");
          json.text(
              "crossTenantAccessType",
              person != null && person.role() == Role.GUEST ? "b2bCollaboration" : "none");
          json.nothing("isTenantRestricted");
          json.flag("isThroughGlobalSecureAccess", false);
          json.flag("flaggedForReview", false);
          principal(json, who, secret);
          authentication(json, time, who, open);
          json.text(
              "conditionalAccessStatus",
              failure != null && failure.code == 53003 ? "failure" : "success");
          json.texts("conditionalAccessAudiences", List.of(who.app.resourceId()));
          policies(json, failure);
          risk(json, index);
          status(json, failure);
          device(json, device);
          SignInWriter.location(json, who.resource == null ? city : null);
          oddities.write(json, index);
        });
  }

  private String event() {
    return switch (kind) {
      case NON_INTERACTIVE_USER_SIGN_INS -> "nonInteractiveUser";
      case MANAGED_IDENTITY_SIGN_INS -> "managedIdentity";
      default -> "servicePrincipal";
    };
  }

  private void people(RecordJson json, long index, Who who) throws IOException {
    Person person = who.person;
    if (person == null) {
      json.text("userDisplayName", "");
      json.text("userPrincipalName", "");
      json.text("userId", "");
      json.nothing("userType");
      json.nothing("signInIdentifier");
      json.nothing("signInIdentifierType");
      return;
    }
    oddities.name(json, index, "userDisplayName", person.name());
    json.text("userPrincipalName", person.principal());
    json.text("userId", person.id());
    json.text("userType", person.role() == Role.GUEST ? "guest" : "member");
    json.text("signInIdentifier", person.principal());
    json.text("signInIdentifierType", "userPrincipalName");
  }

  private static String address(Who who, boolean six, long index) {
    if (who.person != null) {
      return index % 3 == 0 ? who.person.workAddress() : who.person.homeAddress();
    }
    // Azure's resources have none in the log
    return who.resource != null
        ? ""
        : six ? "2001:db8:5::" + Long.toHexString(1 + index % 99) : "192.0.2." + (1 + index % 254);
  }

  private void principal(RecordJson json, Who who, boolean secret) throws IOException {
    json.text("servicePrincipalId", who.principalId());
    json.text("servicePrincipalName", who.principalName());
    boolean application = who.person == null && who.resource == null;
    json.text(
        "servicePrincipalCredentialKeyId",
        application ? Mix.uuid(seed ^ 0x5C, who.app.id().hashCode()).toString() : null);
    json.text(
        "servicePrincipalCredentialThumbprint",
        application && !secret
            ? Mix.uuid(seed ^ 0x5D, who.app.id().hashCode()).toString().replace("-", "")
            : null);
    json.text(
        "clientCredentialType",
        who.person != null
            ? "none"
            : who.resource != null ? "managedIdentity" : secret ? "clientSecret" : "certificate");
    json.nothing("federatedCredentialId");
    Resource resource = who.resource;
    json.text("azureResourceId", resource == null ? null : resource.azureId());
    json.object(
        "managedServiceIdentity",
        identity -> {
          identity.text(
              "msiType",
              resource == null
                  ? "none"
                  : resource.userAssigned() ? "userAssigned" : "systemAssigned");
          identity.text("associatedResourceId", resource == null ? null : resource.azureId());
          identity.nothing("federatedTokenId");
          identity.nothing("federatedTokenIssuer");
        });
    json.nothing("agent");
  }

  private static void authentication(RecordJson json, long time, Who who, boolean open)
      throws IOException {
    boolean user = who.person != null;
    json.text("authenticationProtocol", user ? "none" : "clientCredentials");
    json.text("originalTransferMethod", "none");
    json.text("incomingTokenType", user ? "primaryRefreshToken" : "none");
    json.text(
        "authenticationRequirement",
        user ? "multiFactorAuthentication" : "singleFactorAuthentication");
    json.texts("authenticationMethodsUsed", List.of());
    json.array(
        "authenticationRequirementPolicies",
        array -> {
          if (user) {
            array.element(
                policy -> {
                  policy.text("requirementProvider", "multiConditionalAccess");
                  policy.text("detail", "Conditional Access");
                });
          }
        });
    json.array(
        "authenticationDetails",
        array -> {
          if (user && !open) {
            array.element(
                step -> {
                  step.text("authenticationStepDateTime", Ticks.text(time));
                  step.text("authenticationMethod", "Previously satisfied");
                  step.nothing("authenticationMethodDetail");
                  step.flag("succeeded", true);
                  step.text(
                      "authenticationStepResultDetail",
                      "MFA requirement satisfied by claim in the token");
                  step.text("authenticationStepRequirement", "");
                });
          }
        });
    json.array(
        "authenticationProcessingDetails",
        array ->
            array.element(
                detail -> {
                  detail.text("key", "Is CAE Token");
                  detail.text("value", open ? "False" : "True");
                }));
    json.array("authenticationContextClassReferences", array -> {});
    json.nothing("authenticationAppDeviceDetails");
    json.array("authenticationAppPolicyEvaluationDetails", array -> {});
    json.array("appliedEventListeners", array -> {});
    json.array("sessionLifetimePolicies", array -> {});
    json.nothing("mfaDetail");
    json.text("appTokenProtectionStatus", "none");
    json.text("signInTokenProtectionStatus", "none");
    json.object(
        "tokenProtectionStatusDetails",
        details -> {
          details.text("signInSessionStatus", "none");
          details.nothing("signInSessionStatusCode");
        });
  }

  private void policies(RecordJson json, @Nullable Failure failure) throws IOException {
    boolean blocked = failure != null && failure.code == 53003;
    json.array(
        "appliedConditionalAccessPolicies",
        array -> {
          for (int i = 0; i < 2; i++) {
            Policy policy = directory.policies().get(i);
            String result = i == 1 && blocked ? "failure" : i == 0 ? "success" : "notApplied";
            array.element(
                element -> {
                  element.text("id", policy.id());
                  element.text("displayName", policy.name());
                  element.texts("enforcedGrantControls", policy.grants());
                  element.texts("enforcedSessionControls", policy.sessions());
                  element.text("result", result);
                  element.text("conditionsSatisfied", "application");
                  element.text("conditionsNotSatisfied", "none");
                });
          }
        });
  }

  private void risk(RecordJson json, long index) throws IOException {
    json.text("riskDetail", oddities.member(index, "none"));
    json.text("riskLevelAggregated", "none");
    json.text("riskLevelDuringSignIn", "none");
    json.text("riskState", "none");
    json.texts("riskEventTypes_v2", List.of());
  }

  private static void status(RecordJson json, @Nullable Failure failure) throws IOException {
    json.object(
        "status",
        status -> {
          status.number("errorCode", failure == null ? 0 : failure.code);
          status.text("failureReason", failure == null ? "Other." : failure.reason);
          status.text(
              "additionalDetails",
              failure == null ? "MFA requirement satisfied by claim in the token" : null);
        });
  }

  private static void device(RecordJson json, @Nullable Device device) throws IOException {
    SignInWriter.device(json, device);
    json.array("networkLocationDetails", array -> {});
    json.object(
        "privateLinkDetails",
        details -> {
          details.text("policyId", "");
          details.text("policyName", "");
          details.text("policyTenantId", "");
          details.text("resourceId", "");
        });
  }
}
