package io.entrarelay.simulator;

import io.entrarelay.simulator.Directory.Person;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Users at risk, each once: a state that changes in its place, with the time of its last change
 * (facts: graph.md section 1.4).
 */
final class RiskyUserWriter implements GeneratedRecords.ContentWriter {

  /** How a user's risk stands. */
  private record Standing(String state, String level, String detail) {}

  /** Ways that it takes, a standing for each content. */
  private static final List<List<Standing>> WAYS =
      List.of(
          List.of(
              new Standing("atRisk", "low", "none"),
              new Standing("atRisk", "high", "none"),
              new Standing("remediated", "none", "userPerformedSecuredPasswordReset")),
          List.of(
              new Standing("atRisk", "medium", "none"),
              new Standing("dismissed", "none", "adminDismissedAllRiskForUser"),
              new Standing("atRisk", "medium", "none")),
          List.of(
              new Standing("atRisk", "high", "none"),
              new Standing("confirmedCompromised", "high", "adminConfirmedUserCompromised"),
              new Standing("remediated", "none", "adminGeneratedTemporaryPassword")),
          List.of(
              new Standing("atRisk", "low", "none"),
              new Standing("remediated", "none", "userPassedMFADrivenByRiskBasedPolicy"),
              new Standing("atRisk", "high", "none")));

  private final Directory directory;
  private final Oddities oddities;

  RiskyUserWriter(Directory directory, Oddities oddities) {
    this.directory = directory;
    this.oddities = oddities;
  }

  @Override
  public String id(long index) {
    return directory.numbered(index).id();
  }

  @Override
  public void write(
      long index,
      long time,
      long changed,
      int stage,
      SplittableRandom random,
      ByteArrayOutputStream out) {
    Person person = directory.numbered(index);
    Standing standing = WAYS.get(random.nextInt(WAYS.size())).get(stage);
    boolean processing = stage > 0 && random.nextInt(6) == 0;
    RecordJson.write(
        out,
        json -> {
          json.text("id", person.id());
          json.flag("isDeleted", false);
          json.flag("isProcessing", processing);
          json.text("riskLevel", standing.level);
          json.text("riskState", oddities.member(index, standing.state));
          json.text("riskDetail", standing.detail);
          json.text("riskLastUpdatedDateTime", Ticks.text(changed));
          oddities.name(json, index, "userDisplayName", person.name());
          json.text("userPrincipalName", person.principal());
          oddities.write(json, index);
        });
  }
}
