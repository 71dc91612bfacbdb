package io.entrarelay.simulator;

import io.entrarelay.simulator.Directory.Person;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Provisioning of people into two applications, in cycles of 40 minutes (facts: graph.md section
 * 1.3). A later content tells how a step ended that was still open.
 */
final class ProvisioningWriter implements GeneratedRecords.ContentWriter {
  private static final long CYCLE = 40 * 60 * Ticks.SECOND;

  /** What is done, to how many of a hundred. */
  private record Action(int share, String name, String operation, List<String> properties) {}

  /** Why it fails. */
  private record Failure(String code, String category, String reason, String action) {}

  private static final List<Action> ACTIONS =
      List.of(
          new Action(24, "create", "created", List.of("userName", "displayName", "active")),
          new Action(44, "update", "updated", List.of("title", "department")),
          new Action(8, "disable", "disabled", List.of("active")),
          new Action(6, "delete", "deleted", List.of()),
          new Action(4, "stagedDelete", "soft-deleted", List.of("active")),
          new Action(14, "other", "not changed", List.of()));

  private static final List<Failure> FAILURES =
      List.of(
          new Failure(
              "SystemForCrossDomainIdentityManagementBadResponse",
              "failure",
              "Received response from Web resource. Response Status Code: 409. The user name is"
                  + " taken.",
              "Rename the account in the target system, or let it be matched."),
          new Failure(
              "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable",
              "nonServiceFailure",
              "The target system refuses the credential.",
              "Enter a new token in the provisioning configuration."),
          new Failure(
              "DuplicateTargetEntries",
              "nonServiceFailure",
              "More than one account in the target system matches.",
              "Remove all but one of the accounts."));

  private static final List<String> SYSTEMS = List.of("Salesforce", "Travel & Expenses <SCIM>");

  private final long seed;
  private final Directory directory;
  private final Oddities oddities;

  ProvisioningWriter(long seed, Directory directory, Oddities oddities) {
    this.seed = seed;
    this.directory = directory;
    this.oddities = oddities;
  }

  @Override
  public String id(long index) {
    return Mix.uuid(seed, index).toString();
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
    int system = random.nextInt(SYSTEMS.size());
    Action action = action(random);
    Failure failure = FAILURES.get(random.nextInt(FAILURES.size()));
    int dice = random.nextInt(100);
    int duration = 80 + random.nextInt(5_000);
    boolean open = stage == 0 && Mix.unit(Mix.of(seed ^ 0x3FA, index)) < 0.3;
    String status =
        dice < 6 ? "failure" : dice < 16 ? "skipped" : open || dice < 18 ? "warning" : "success";
    String principal = Mix.uuid(seed ^ 0x59, system).toString();
    RecordJson.write(
        out,
        json -> {
          json.text("id", id(index));
          json.text("activityDateTime", Ticks.text(time));
          json.text("tenantId", directory.tenant().tenantId());
          json.text("jobId", "scim." + Mix.uuid(seed ^ 0x10B, system));
          json.text("cycleId", Mix.uuid(seed ^ 0xC7C, time / CYCLE).toString());
          json.text("changeId", Mix.uuid(seed ^ 0xC4A, index).toString());
          json.text("provisioningAction", oddities.member(index, action.name));
          json.number("durationInMilliseconds", duration);
          json.object(
              "initiatedBy",
              initiator -> {
                initiator.text("id", "");
                initiator.text("displayName", "Azure AD Provisioning Service");
                initiator.text("initiatorType", "system");
              });
          json.object("provisioningStatusInfo", info -> status(info, status, failure));
          steps(json, action, status, person, SYSTEMS.get(system));
          changes(json, action, person);
          json.object(
              "servicePrincipal",
              service -> {
                service.text("id", principal);
                service.text("displayName", SYSTEMS.get(system));
              });
          system(json, "sourceSystem", "Azure Active Directory", Mix.uuid(seed, -1).toString());
          system(json, "targetSystem", SYSTEMS.get(system), Mix.uuid(seed, -2 - system).toString());
          identity(json, "sourceIdentity", person.id(), person);
          boolean there = !status.equals("failure") || !action.name.equals("create");
          identity(
              json, "targetIdentity", there ? "005" + person.id().substring(0, 15) : "", person);
          oddities.write(json, index);
        });
  }

  private static Action action(SplittableRandom random) {
    int dice = random.nextInt(100);
    for (Action action : ACTIONS) {
      dice -= action.share;
      if (dice < 0) {
        return action;
      }
    }
    return ACTIONS.get(0);
  }

  private static void status(RecordJson info, String status, Failure failure) throws IOException {
    info.text("status", status);
    if (status.equals("success") || status.equals("warning")) {
      info.nothing("errorInformation");
      return;
    }
    boolean skipped = status.equals("skipped");
    info.object(
        "errorInformation",
        error -> {
          error.text("errorCode", skipped ? "NotEffectivelyEntitled" : failure.code);
          error.text(
              "reason", skipped ? "The user is not assigned to the application." : failure.reason);
          error.nothing("additionalDetails");
          error.text("errorCategory", skipped ? "nonServiceFailure" : failure.category);
          error.text("recommendedAction", skipped ? "Assign the user." : failure.action);
        });
  }

  private static void steps(
      RecordJson json, Action action, String status, Person person, String system)
      throws IOException {
    json.array(
        "provisioningSteps",
        steps -> {
          step(steps, "EntryImport", "import", "success", "Received User '" + person.id() + "'");
          step(
              steps,
              "EntrySynchronizationScoping",
              "scoping",
              status.equals("skipped") ? "skipped" : "success",
              "Determined whether the user is in scope");
          if (!status.equals("skipped")) {
            step(
                steps,
                "EntryExport" + (action.name.equals("create") ? "Add" : "Update"),
                "export",
                status,
                "User '" + person.principal() + "' was " + action.operation + " in " + system);
          }
        });
  }

  private static void step(
      RecordJson steps, String name, String type, String status, String description)
      throws IOException {
    steps.element(
        step -> {
          step.text("name", name);
          step.text("provisioningStepType", type);
          step.text("status", status);
          step.text("description", description);
          step.object("details", details -> details.text("ReportableIdentifier", name));
        });
  }

  private static void changes(RecordJson json, Action action, Person person) throws IOException {
    json.array(
        "modifiedProperties",
        changes -> {
          for (String property : action.properties) {
            String now =
                switch (property) {
                  case "userName" -> person.principal();
                  case "displayName" -> person.name();
                  case "active" -> action.name.equals("create") ? "True" : "False";
                  default -> property + " of " + person.home().name();
                };
            changes.element(
                change -> {
                  change.text("displayName", property);
                  change.text("oldValue", action.name.equals("create") ? null : "");
                  change.text("newValue", now);
                });
          }
        });
  }

  private static void system(RecordJson json, String name, String system, String id)
      throws IOException {
    json.object(
        name,
        object -> {
          object.text("id", id);
          object.text("displayName", system);
          object.object("details", details -> details.text("ApplicationId", id));
        });
  }

  private static void identity(RecordJson json, String name, String id, Person person)
      throws IOException {
    json.object(
        name,
        object -> {
          object.text("id", id);
          object.text("displayName", id.isEmpty() ? "" : person.name());
          object.text("identityType", "User");
          object.object(
              "details", details -> details.text("UserPrincipalName", person.principal()));
        });
  }
}
