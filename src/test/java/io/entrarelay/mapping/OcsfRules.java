package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a document of OCSF must keep to: its class's schema, and what no schema says. */
final class OcsfRules {
  private static final JsonNode CAPTIONS = captions();

  /** Texts that an id stands for, so that they needn't be written: none is said by two ids. */
  private static final Set<String> SAID_BY_AN_ID =
      Set.of(
          "/userType=member",
          "/userType=guest",
          "/conditionalAccessStatus=success",
          "/conditionalAccessStatus=failure",
          "/conditionalAccessStatus=notApplied",
          "/conditionalAccessStatus=unknownFutureValue",
          "/riskLevelDuringSignIn=none",
          "/riskLevelDuringSignIn=low",
          "/riskLevelDuringSignIn=medium",
          "/riskLevelDuringSignIn=high",
          "/riskLevelAggregated=none",
          "/riskLevelAggregated=low",
          "/riskLevelAggregated=medium",
          "/riskLevelAggregated=high",
          "/riskLevel=none",
          "/riskLevel=low",
          "/riskLevel=medium",
          "/riskLevel=high",
          "/provisioningStatusInfo/status=success",
          "/provisioningStatusInfo/status=failure",
          "/tokenIssuerType=AzureAD",
          "/tokenIssuerType=ADFederationServices",
          "/status/failureReason=Other.",
          "/result=success",
          "/result=failure");

  private OcsfRules() {}

  private static JsonNode captions() {
    try {
      return new ObjectMapper()
          .readTree(Files.readAllBytes(Path.of("src/test/resources/ocsf-1.8.0/captions.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> findings(JsonNode document) {
    List<String> findings = new ArrayList<>(OcsfSchema.findings(document));
    int classUid = document.path("class_uid").intValue();
    int activity = document.path("activity_id").intValue();
    String className = CAPTIONS.get("class_uid").path(classUid + "").asText();
    equal(findings, document, "class_name", className);
    equal(
        findings,
        document,
        "category_name",
        CAPTIONS.get("category_uid").path(document.path("category_uid").asText()).asText());
    equal(findings, document, "type_uid", classUid * 100 + activity + "");
    equal(
        findings,
        document,
        "type_name",
        className
            + ": "
            + CAPTIONS.path(classUid + ".activity_id").path(activity + "").asText("Other"));
    if (!document.path("category_uid").asText().equals(classUid / 1000 + "")) {
      findings.add("category_uid: of another class");
    }
    captions(findings, classUid, "", "", document);
    findings.addAll(Leaves.absent("", document).toList());
    return findings;
  }

  private static void equal(
      List<String> findings, JsonNode document, String name, String expected) {
    if (!document.path(name).asText().equals(expected)) {
      findings.add(name + ": it is " + document.path(name) + ", not " + expected);
    }
  }

  /** Each id has its caption beside it; that of 99 is the source's own text. */
  private static void captions(
      List<String> findings, int classUid, String path, String name, JsonNode node) {
    if (node.isArray()) {
      node.forEach(element -> captions(findings, classUid, path, name, element));
    }
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      String key = property.getKey();
      String place = path + "/" + key;
      if (place.equals("/unmapped") || key.equals("data")) {
        continue;
      }
      if (key.endsWith("_id")) {
        String sibling = key.equals("activity_id") ? "activity_name" : key.replaceAll("_id$", "");
        String caption = node.path(sibling).asText();
        JsonNode table = table(classUid, path, name, key);
        int id = property.getValue().intValue();
        if (caption.isEmpty() || id != 99 && !caption.equals(table.path(id + "").asText())) {
          findings.add(place + ": " + id + " beside " + caption);
        }
      }
      captions(findings, classUid, place, key, property.getValue());
    }
  }

  private static JsonNode table(int classUid, String path, String name, String key) {
    String object = name.equals("policies") ? "policy" : name;
    for (String table : List.of(classUid + "." + key, object + "." + key, key)) {
      if (CAPTIONS.has(table) && (path.isEmpty() || !table.startsWith(classUid + "."))) {
        return CAPTIONS.get(table);
      }
    }
    throw new AssertionError("captions.json has no table for " + path + "/" + key);
  }

  /** Where the record has a value that is nowhere in the document. */
  static List<String> lost(JsonNode record, JsonNode document) {
    Set<String> written = Leaves.of(document).collect(Collectors.toSet());
    List<String> lost = new ArrayList<>();
    Places.of(record)
        .forEach(
            (pointer, value) -> {
              String text = value.asText().strip();
              if (!Absent.is(value)
                  && !SAID_BY_AN_ID.contains(pointer + "=" + text)
                  && written.stream()
                      .noneMatch(each -> each.contains(text) || isAddress(text, each))) {
                lost.add(pointer);
              }
            });
    return lost;
  }

  /** Whether the text is that IP address with a port. */
  private static boolean isAddress(String text, String ip) {
    return text.startsWith(ip + ":") || text.startsWith("[" + ip + "]");
  }
}
