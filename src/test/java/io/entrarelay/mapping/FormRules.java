package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a document of any form must keep to: its form's rules, and that nothing is lost. */
final class FormRules {
  private static final EcsFields ECS = new EcsFields();

  private FormRules() {}

  /** What is wrong with a record's document. */
  static List<String> findings(String form, String report, JsonNode record, JsonNode document)
      throws IOException {
    List<String> findings = new ArrayList<>();
    switch (form) {
      case "ecs" -> {
        findings.addAll(ECS.findings(document));
        findings.addAll(EcsFormTest.lost(report, record, document));
      }
      case "ocsf" -> {
        findings.addAll(OcsfRules.findings(document));
        findings.addAll(OcsfRules.lost(record, document));
      }
      case "taegis" -> findings.addAll(TaegisFormTest.findings(report, record, document));
      default -> throw new IllegalArgumentException(form + " has no rules");
    }
    return findings;
  }
}
