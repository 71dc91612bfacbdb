package io.entrarelay.simulator;

import io.entrarelay.simulator.Directory.App;
import io.entrarelay.simulator.Directory.Person;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Directory audits by administrators, people and applications (facts: graph.md section 1.2). */
final class DirectoryAuditWriter implements GeneratedRecords.ContentWriter {

  /** Who does an activity. */
  private enum By {
    ADMIN,
    SELF,
    APP
  }

  private record Change(String property, @Nullable String before, @Nullable String after) {}

  private record Activity(
      int share,
      String name,
      String category,
      String service,
      String operation,
      By by,
      String target,
      List<Change> changes) {}

  private static final List<Activity> ACTIVITIES =
      List.of(
          new Activity(
              18,
              "Update user",
              "UserManagement",
              "Core Directory",
              "Update",
              By.ADMIN,
              "User",
              List.of(
                  new Change("Department", "[\"Sales\"]", "[\"Sales & Marketing\"]"),
                  new Change("Included Updated Properties", null, "\"Department\""))),
          new Activity(
              6,
              "Add user",
              "UserManagement",
              "Core Directory",
              "Add",
              By.ADMIN,
              "User",
              List.of(
                  new Change("AccountEnabled", "[]", "[true]"),
                  new Change("UserType", "[]", "[\"Member\"]"),
                  new Change("Included Updated Properties", null, "\"AccountEnabled, UserType\""))),
          new Activity(
              3,
              "Delete user",
              "UserManagement",
              "Core Directory",
              "Delete",
              By.ADMIN,
              "User",
              List.of(new Change("Is Hard Deleted", "[]", "[\"False\"]"))),
          new Activity(
              4,
              "Disable account",
              "UserManagement",
              "Core Directory",
              "Update",
              By.ADMIN,
              "User",
              List.of(new Change("AccountEnabled", "[true]", "[false]"))),
          new Activity(
              6,
              "Reset password (by admin)",
              "UserManagement",
              "Self-service Password Management",
              "Update",
              By.ADMIN,
              "User",
              List.of()),
          new Activity(
              8,
              "Change password (self-service)",
              "UserManagement",
              "Self-service Password Management",
              "Update",
              By.SELF,
              "User",
              List.of()),
          new Activity(
              6,
              "User registered security info",
              "UserManagement",
              "Authentication Methods",
              "Add",
              By.SELF,
              "User",
              List.of(
                  new Change(
                      "StrongAuthenticationMethod",
                      "[]",
                      "[{\"MethodType\":6,\"Default\":true}]"))),
          new Activity(
              10,
              "Add member to group",
              "GroupManagement",
              "Core Directory",
              "Assign",
              By.ADMIN,
              "Group",
              List.of(
                  new Change("Group.ObjectID", null, "\"5b6c7d8e-0000-4000-8000-000000000001\""),
                  new Change("Group.DisplayName", null, "\"All Café Staff\""))),
          new Activity(
              6,
              "Remove member from group",
              "GroupManagement",
              "Core Directory",
              "Unassign",
              By.ADMIN,
              "Group",
              List.of(
                  new Change("Group.ObjectID", "\"5b6c7d8e-0000-4000-8000-000000000001\"", null))),
          new Activity(
              5,
              "Add member to role",
              "RoleManagement",
              "Core Directory",
              "Assign",
              By.ADMIN,
              "Role",
              List.of(
                  new Change("Role.DisplayName", null, "\"Security Reader\""),
                  new Change("Role.TemplateId", null, "\"5d6b6bb7-de71-4623-b4af-96380a352509\""))),
          new Activity(
              3,
              "Add eligible member to role in PIM completed (timebound)",
              "RoleManagement",
              "PIM",
              "Assign",
              By.ADMIN,
              "Role",
              List.of(new Change("RoleDefinitionOriginType", null, "BuiltInRole"))),
          new Activity(
              4,
              "Add service principal",
              "ApplicationManagement",
              "Core Directory",
              "Add",
              By.ADMIN,
              "ServicePrincipal",
              List.of(new Change("AppPrincipalId", "[]", "[\"0d4a7c1b\"]"))),
          new Activity(
              3,
              "Consent to application",
              "ApplicationManagement",
              "Core Directory",
              "Assign",
              By.ADMIN,
              "ServicePrincipal",
              List.of(
                  new Change("ConsentContext.IsAdminConsent", null, "\"True\""),
                  new Change("ConsentContext.IsAppOnly", null, "\"False\""))),
          new Activity(
              4,
              "Update application – Certificates and secrets management",
              "ApplicationManagement",
              "Core Directory",
              "Update",
              By.ADMIN,
              "App",
              List.of(
                  new Change(
                      "KeyDescription",
                      "[]",
                      "[\"[KeyIdentifier=1,KeyType=AsymmetricX509Cert,KeyUsage=Verify]\"]"))),
          new Activity(
              2,
              "Update conditional access policy",
              "Policy",
              "Conditional Access",
              "Update",
              By.ADMIN,
              "Policy",
              List.of(
                  new Change(
                      "ConditionalAccessPolicy",
                      "{\"state\":\"disabled\"}",
                      "{\"state\":\"enabled\"}"))),
          new Activity(
              4,
              "Invite external user",
              "UserManagement",
              "Invited Users",
              "Add",
              By.ADMIN,
              "User",
              List.of(new Change("InvitationId", null, "\"7c1b2a\""))),
          new Activity(
              4,
              "Update device",
              "Device",
              "Core Directory",
              "Update",
              By.APP,
              "Device",
              List.of(new Change("IsCompliant", "[false]", "[true]"))),
          new Activity(
              4,
              "GroupLifecyclePolicies_Get",
              "GroupManagement",
              "Self-service Group Management",
              "Update",
              By.APP,
              "N/A",
              List.of()));
  private static final int SHARES = ACTIVITIES.stream().mapToInt(Activity::share).sum();

  private final long seed;
  private final Directory directory;
  private final Oddities oddities;

  DirectoryAuditWriter(long seed, Directory directory, Oddities oddities) {
    this.seed = seed;
    this.oddities = oddities;
    this.directory = directory;
  }

  @Override
  public String id(long index) {
    String letters =
        Integer.toString((int) Math.floorMod(Mix.of(seed ^ 3, index), 60_466_175L), 36);
    return "Directory_"
        + Mix.uuid(seed, index)
        + "_"
        + letters.toUpperCase(Locale.ROOT)
        + "_"
        + (10_000_000 + Math.floorMod(Mix.of(seed ^ 4, index), 80_000_000L));
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
    Activity activity = activity(random);
    Person admin = directory.admin(random, second);
    Person target = directory.anyone(random, second);
    App service = directory.services().get(random.nextInt(directory.services().size()));
    boolean failed = random.nextInt(25) == 0;
    boolean agent = random.nextInt(3) == 0;
    boolean reason = random.nextInt(4) == 0;
    // a revision tells how an activity ended that was still open, and then a detail more
    boolean open = stage == 0 && Mix.unit(Mix.of(seed ^ 0x3FA, index)) < 0.3;
    RecordJson.write(
        out,
        json -> {
          json.text("id", id(index));
          json.text("category", activity.category);
          json.text("correlationId", Mix.uuid(seed ^ 0xC0, index).toString());
          String result = failed ? "failure" : open ? "timeout" : "success";
          json.text("result", oddities.member(index, result));
          json.text(
              "resultReason",
              failed
                  ? "Microsoft.Online.Workflows.ObjectAlreadyExistsException"
                  : reason ? "OK" : "");
          json.text("activityDisplayName", activity.name);
          json.text("activityDateTime", Ticks.text(time));
          json.text("loggedByService", activity.service);
          json.text("operationType", activity.operation);
          initiator(json, activity.by, activity.by == By.SELF ? target : admin, service);
          target(json, activity, target, index);
          json.array(
              "additionalDetails",
              details -> {
                if (agent) {
                  detail(details, "User-Agent", admin.devices().get(0).userAgent());
                }
                if (stage > 0) {
                  detail(details, "UpdateSequence", Integer.toString(stage));
                }
              });
          oddities.write(json, index);
        });
  }

  private static Activity activity(SplittableRandom random) {
    int dice = random.nextInt(SHARES);
    for (Activity activity : ACTIVITIES) {
      dice -= activity.share;
      if (dice < 0) {
        return activity;
      }
    }
    return ACTIVITIES.get(0);
  }

  private static void detail(RecordJson json, String key, String value) throws IOException {
    json.element(
        element -> {
          element.text("key", key);
          element.text("value", value);
        });
  }

  private void initiator(RecordJson json, By by, Person person, App service) throws IOException {
    json.object(
        "initiatedBy",
        initiator -> {
          if (by == By.APP) {
            initiator.object(
                "app",
                app -> {
                  app.text("appId", service.id());
                  app.text("displayName", service.name());
                  app.text(
                      "servicePrincipalId", Mix.uuid(seed, service.name().hashCode()).toString());
                  app.nothing("servicePrincipalName");
                });
            initiator.nothing("user");
          } else {
            initiator.nothing("app");
            initiator.object(
                "user",
                user -> {
                  user.text("id", person.id());
                  user.nothing("displayName");
                  user.text("userPrincipalName", person.principal());
                  user.text("ipAddress", by == By.SELF ? "" : person.workAddress());
                  // not declared, and sent all the same: the type is open
                  user.nothing("userType");
                  user.nothing("homeTenantId");
                  user.nothing("homeTenantName");
                });
          }
        });
  }

  private void target(RecordJson json, Activity activity, Person target, long index)
      throws IOException {
    json.array(
        "targetResources",
        array -> {
          boolean user = activity.target.equals("User");
          boolean none = activity.target.equals("N/A");
          array.element(
              element -> {
                element.text(
                    "id",
                    user
                        ? target.id()
                        : none
                            ? "00000000-0000-0000-0000-000000000000"
                            : Mix.uuid(seed ^ 0x7A, index % 50).toString());
                element.text(
                    "displayName", user || none ? null : activity.target + " " + index % 50);
                element.text("type", activity.target);
                element.text("userPrincipalName", user ? target.principal() : null);
                element.text("groupType", activity.target.equals("Group") ? "azureAD" : null);
                element.array(
                    "modifiedProperties",
                    changes -> {
                      for (Change change : activity.changes) {
                        changes.element(
                            property -> {
                              property.text("displayName", change.property);
                              property.text("oldValue", change.before);
                              property.text("newValue", change.after);
                            });
                      }
                    });
              });
        });
  }
}
