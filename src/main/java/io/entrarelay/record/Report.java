package io.entrarelay.record;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A Graph collection of activity records, as its source file under {@code routes/sources/} declares
 * it: a bean in YAML whose name is the report's, so that adding a report needs no Java.
 *
 * <p>A value of the envelope is one of
 *
 * <ul>
 *   <li>a text, taken as it is: {@code Sign-in activity}
 *   <li>a JSON pointer into the record: {@code /activityDisplayName}
 *   <li>several pointers, the first that has a value counts: {@code /userDisplayName,
 *       /servicePrincipalName}
 * </ul>
 */
public class Report {
  private String name = "";
  private String path = "";
  private String time = "";
  private String category = "";
  private Map<String, String> envelope = new LinkedHashMap<>();

  /** The report's name as integrations give it: {@code signIns}. */
  public String getName() {
    return name;
  }

  public void setName(String name) {
    this.name = name;
  }

  /** The collection's path with its API version: {@code /v1.0/auditLogs/signIns}. */
  public String getPath() {
    return path;
  }

  public void setPath(String path) {
    this.path = path;
  }

  /** The property that holds the event's time, which Graph filters on: {@code createdDateTime}. */
  public String getTime() {
    return time;
  }

  public void setTime(String time) {
    this.time = time;
  }

  /** Azure Monitor's name of the category: {@code SignInLogs}. */
  public String getCategory() {
    return category;
  }

  public void setCategory(String category) {
    this.category = category;
  }

  /**
   * Where the vendor form's envelope takes its values from; keys: {@code operationName, resultType,
   * resultDescription, durationMs, callerIpAddress, correlationId, identity, location}.
   */
  public Map<String, String> getEnvelope() {
    return envelope;
  }

  public void setEnvelope(Map<String, String> envelope) {
    this.envelope = envelope;
  }
}
