package io.entrarelay.record;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
  /** What {@link #getPaths()} says of a cloud in which Graph does not have the report. */
  public static final String NO_PATH = "none";

  /** The budget of Graph's "Identity and access reports". */
  public static final String REPORTS = "reports";

  /** The budget of Graph's "Identity protection and conditional access". */
  public static final String IDENTITY_PROTECTION = "identityProtection";

  /** Graph's largest page (learn.microsoft.com/graph/api/signin-list). */
  private static final int LARGEST_PAGE = 1_000;

  private static final String INCLUSIVE = "ge, le";
  private static final String EXCLUSIVE = "gt, lt";
  private static final List<String> BUDGETS = List.of(REPORTS, IDENTITY_PROTECTION);

  private String name = "";
  private String path = "";
  private Map<String, String> paths = new LinkedHashMap<>();
  private String time = "";
  private boolean timeMoves;
  private String filter = "";
  private String operators = INCLUSIVE;
  private int top = LARGEST_PAGE;
  private String budget = REPORTS;
  private String permissions = "";
  private String licence = "";
  private String category = "";
  private Map<String, String> envelope = new LinkedHashMap<>();

  /**
   * A report from the properties of its bean, read without Camel.
   *
   * @throws IllegalArgumentException where {@code top} is no number
   */
  public static Report of(Map<String, ?> properties) {
    Report report = new Report();
    report.name = text(properties, "name", report.name);
    report.path = text(properties, "path", report.path);
    report.paths = texts(properties, "paths");
    report.time = text(properties, "time", report.time);
    report.timeMoves = Boolean.parseBoolean(text(properties, "timeMoves", "false"));
    report.filter = text(properties, "filter", report.filter);
    report.operators = text(properties, "operators", report.operators);
    String top = text(properties, "top", Integer.toString(report.top));
    require(top.matches("[0-9]{1,6}"), report, "'top' must be a number, not '" + top + "'.");
    report.top = Integer.parseInt(top);
    report.budget = text(properties, "budget", report.budget);
    report.permissions = text(properties, "permissions", report.permissions);
    report.licence = text(properties, "licence", report.licence);
    report.category = text(properties, "category", report.category);
    report.envelope = texts(properties, "envelope");
    return report;
  }

  private static String text(Map<String, ?> properties, String key, String otherwise) {
    Object value = properties.get(key);
    return value == null || value instanceof Map<?, ?> ? otherwise : value.toString();
  }

  private static Map<String, String> texts(Map<String, ?> properties, String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (properties.get(key) instanceof Map<?, ?> map) {
      map.forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
    }
    return texts;
  }

  /**
   * Checks what a query is made of; the envelope is checked by {@link VendorForm#check}.
   *
   * @throws IllegalArgumentException where it is faulty; the message names the report and the key
   */
  void checkQuery() {
    require(
        operators.equals(INCLUSIVE) || operators.equals(EXCLUSIVE),
        this,
        "'operators' is '" + INCLUSIVE + "' or '" + EXCLUSIVE + "', not '" + operators + "'.");
    require(
        top >= 1 && top <= LARGEST_PAGE,
        this,
        "'top' is 1 to " + LARGEST_PAGE + " records, not " + top + ".");
    require(
        BUDGETS.contains(budget),
        this,
        "'budget' is one of " + String.join(", ", BUDGETS) + ", not '" + budget + "'.");
  }

  private static void require(boolean condition, Report report, String message) {
    if (!condition) {
      throw new IllegalArgumentException("Report " + report.name + ": " + message);
    }
  }

  /**
   * The collection's path in a cloud.
   *
   * @param cloud the name that integrations give: {@code global, us-gov, us-gov-dod, china, custom}
   * @return null where Graph does not have the report in that cloud
   */
  public @Nullable String pathIn(String cloud) {
    String own = paths.getOrDefault(cloud, path);
    return own.equals(NO_PATH) ? null : own;
  }

  /**
   * The query of a window's first page, with the question mark. Both bounds are included; where
   * Graph offers only {@code gt} and {@code lt} the window is a second wider on both sides.
   *
   * @param to null for a window that has no end
   */
  public String query(Instant from, @Nullable Instant to) {
    boolean exclusive = operators.equals(EXCLUSIVE);
    StringBuilder query = new StringBuilder("?$filter=");
    if (!filter.isEmpty()) {
      query.append(encoded(filter + " and "));
    }
    Instant lower = exclusive ? from.minusSeconds(1) : from;
    query.append(encoded(time + (exclusive ? " gt " : " ge "))).append(lower);
    if (to != null) {
      Instant upper = exclusive ? to.plusSeconds(1) : to;
      query.append(encoded(" and " + time + (exclusive ? " lt " : " le "))).append(upper);
    }
    return query.append("&$top=").append(top).toString();
  }

  /** The query for one record of any time, with the question mark. */
  public String probe() {
    return "?" + (filter.isEmpty() ? "" : "$filter=" + encoded(filter) + "&") + "$top=1";
  }

  /** What RFC 3986 allows in a query stays as it is, so that a filter can be read in a log. */
  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder();
    text.codePoints()
        .forEach(
            character -> {
              if (character < 0x80 && (Character.isLetterOrDigit(character) || isMark(character))) {
                encoded.appendCodePoint(character);
              } else {
                String one = Character.toString(character);
                encoded.append(
                    one.equals(" ") ? "%20" : URLEncoder.encode(one, StandardCharsets.UTF_8));
              }
            });
    return encoded.toString();
  }

  private static boolean isMark(int character) {
    return "-._~'():,/$".indexOf(character) >= 0;
  }

  /** The application permissions of Microsoft Graph that reading it needs. */
  public List<String> neededPermissions() {
    return Arrays.stream(permissions.split(","))
        .map(String::strip)
        .filter(permission -> !permission.isEmpty())
        .toList();
  }

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

  /**
   * The path in clouds that have another one than {@link #getPath()}, by the cloud's name; {@value
   * #NO_PATH} where Graph does not have the report.
   */
  public Map<String, String> getPaths() {
    return paths;
  }

  public void setPaths(Map<String, String> paths) {
    this.paths = paths;
  }

  /** The property that holds the event's time, which Graph filters on: {@code createdDateTime}. */
  public String getTime() {
    return time;
  }

  public void setTime(String time) {
    this.time = time;
  }

  /**
   * Whether Graph sets the time anew with each change of a record, as of a risk's last update: then
   * a record is known by its id wherever it comes from, and what has changed leaves as a revision.
   */
  public boolean isTimeMoves() {
    return timeMoves;
  }

  public void setTimeMoves(boolean timeMoves) {
    this.timeMoves = timeMoves;
  }

  /** A condition besides the time, in Graph's words; empty for none. */
  public String getFilter() {
    return filter;
  }

  public void setFilter(String filter) {
    this.filter = filter;
  }

  /** How Graph compares the time: {@code ge, le} or {@code gt, lt}. */
  public String getOperators() {
    return operators;
  }

  public void setOperators(String operators) {
    this.operators = operators;
  }

  /** Records per page, as asked for; at most what Graph allows for this collection. */
  public int getTop() {
    return top;
  }

  public void setTop(int top) {
    this.top = top;
  }

  /** Whose limit its requests count against: {@value #REPORTS} or {@value #IDENTITY_PROTECTION}. */
  public String getBudget() {
    return budget;
  }

  public void setBudget(String budget) {
    this.budget = budget;
  }

  /** Application permissions of Microsoft Graph, with a comma between them; for the check. */
  public String getPermissions() {
    return permissions;
  }

  public void setPermissions(String permissions) {
    this.permissions = permissions;
  }

  /**
   * The licence that the tenant needs, for the check: {@code P1} or {@code P2} of Entra ID, or the
   * name of a service plan; empty for none.
   */
  public String getLicence() {
    return licence;
  }

  public void setLicence(String licence) {
    this.licence = licence;
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
   * resultDescription, durationMs, callerIpAddress, correlationId, identity, location}, and {@code
   * time} where it is another than {@link #getTime()}.
   */
  public Map<String, String> getEnvelope() {
    return envelope;
  }

  public void setEnvelope(Map<String, String> envelope) {
    this.envelope = envelope;
  }
}
