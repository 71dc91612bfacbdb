package io.entrarelay.simulator;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks of a collection, after all that Graph would refuse is refused.
 *
 * @param version of Graph, as in its path: {@code v1.0, beta}
 * @param from the earliest time, inclusive, in {@link Ticks}
 * @param to the latest time, inclusive, in {@link Ticks}
 * @param top records per page
 * @param ascending oldest first; newest first is Graph's own order
 * @param linked whether a page has a link to the next: provisioning gives one only where {@code
 *     $top} is asked for (facts: graph.md, trap T9)
 * @param skipToken where to go on, or null at the beginning
 * @param rest the raw query without the skip token, for the next link, which repeats it
 */
record ReportQuery(
    String version,
    long from,
    long to,
    int top,
    boolean ascending,
    boolean linked,
    @Nullable String skipToken,
    String rest) {

  private static final Pattern COMPARISON =
      Pattern.compile("\\s*([\\w/]+)\\s+(\\w+)\\s+(\\S+)\\s*");
  private static final Pattern AND = Pattern.compile("\\s+and\\s+");
  private static final Pattern DATE_TIME =
      Pattern.compile(
          "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)(?:(\\.\\d{1,7})\\d{0,5})?(Z|[+-]\\d\\d:\\d\\d)");
  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
  // as .NET writes a date in its invariant culture
  private static final DateTimeFormatter MINIMUM =
      DateTimeFormatter.ofPattern("M/d/yyyy h:mm:ss a", Locale.US).withZone(ZoneOffset.UTC);

  /**
   * @param version as the path names it
   * @param mostPerPage the simulator's own limit, besides that of the kind
   */
  static ReportQuery parse(
      ReportKind kind,
      String version,
      @Nullable String rawQuery,
      int mostPerPage,
      Instant now,
      Duration retention)
      throws GraphError {
    // risks are kept as long as they are unsettled
    long earliest = kind.isRisk() ? Long.MIN_VALUE : Ticks.of(minimum(now, retention));
    long from = earliest;
    long to = Long.MAX_VALUE;
    int pageLimit = Math.min(mostPerPage, kind.mostPerPage());
    int top = Math.min(mostPerPage, kind.usualPerPage());
    boolean ascending = false;
    String skipToken = null;
    StringBuilder rest = new StringBuilder();
    Set<String> seen = new HashSet<>();
    for (String part : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals)).trim();
      String value = equals < 0 ? "" : decode(part.substring(equals + 1)).trim();
      if (name.startsWith("$") && !seen.add(name.toLowerCase(Locale.ROOT))) {
        throw GraphError.badRequest(
            "Query option '"
                + name
                + "' was specified more than once, but it must be specified"
                + " at most once.");
      }
      switch (name.toLowerCase(Locale.ROOT)) {
        case "$filter" -> {
          Bounds bounds = filter(kind, version, value, now, retention);
          from = Math.max(earliest, bounds.from);
          to = bounds.to;
        }
        case "$top" -> top = top(value, pageLimit);
        case "$orderby" -> ascending = ascending(kind, value);
        case "$skiptoken" -> {
          skipToken = value;
          continue;
        }
        case "$skip" -> throw GraphError.optionNotAllowed("Skip");
        case "$count" -> throw GraphError.optionNotAllowed("Count");
        case "$search" -> throw GraphError.optionNotAllowed("Search");
        case "$expand" -> throw GraphError.optionNotAllowed("Expand");
        case "$select" -> throw GraphError.optionNotAllowed("Select");
        case "$apply" -> throw GraphError.optionNotAllowed("Apply");
        default -> {
          // what doesn't begin with a dollar is ignored, however wrong (facts: graph.md, trap T11)
          if (name.startsWith("$")) {
            throw GraphError.badRequest("The query parameter '" + name + "' is not supported.");
          }
        }
      }
      rest.append(rest.isEmpty() ? "" : "&").append(part);
    }
    boolean linked = kind != ReportKind.PROVISIONING || seen.contains("$top");
    return new ReportQuery(version, from, to, top, ascending, linked, skipToken, rest.toString());
  }

  /** The same query, answered with smaller pages. */
  ReportQuery served(int most) {
    return new ReportQuery(
        version, from, to, Math.min(top, most), ascending, linked, skipToken, rest);
  }

  /** Whether a record of that time is among what it asks for. */
  boolean asksFor(long time) {
    return time >= from && time <= to;
  }

  /** The moving midnight before which no query may start. */
  static Instant minimum(Instant now, Duration retention) {
    return now.minus(retention)
        .atOffset(ZoneOffset.UTC)
        .toLocalDate()
        .atStartOfDay()
        .toInstant(ZoneOffset.UTC);
  }

  private static String decode(String text) throws GraphError {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw GraphError.badRequest("The request URI is not valid.");
    }
  }

  private static int top(String value, int pageLimit) throws GraphError {
    if (!value.matches("[+-]?\\d{1,10}") || value.startsWith("-") || Long.parseLong(value) == 0) {
      throw GraphError.badRequest(
          "Invalid value '"
              + value
              + "' for $top query option found. The $top query option"
              + " requires a positive integer value.");
    }
    long top = Long.parseLong(value);
    if (top > pageLimit) {
      throw GraphError.badRequest(
          "The limit of '"
              + pageLimit
              + "' for Top query has been exceeded. The value from the"
              + " incoming request is '"
              + top
              + "'.");
    }
    return (int) top;
  }

  private static boolean ascending(ReportKind kind, String value) throws GraphError {
    String[] words = value.split("\\s+", -1);
    requireProperty(kind, words[0]);
    String direction = words.length == 1 ? "asc" : words[1].toLowerCase(Locale.ROOT);
    if (words.length > 2 || !(direction.equals("asc") || direction.equals("desc"))) {
      throw GraphError.badRequest("Invalid orderby clause");
    }
    return direction.equals("asc");
  }

  private record Bounds(long from, long to) {}

  private static Bounds filter(
      ReportKind kind, String version, String value, Instant now, Duration retention)
      throws GraphError {
    long from = Long.MIN_VALUE;
    long to = Long.MAX_VALUE;
    for (String part : AND.split(unwrapped(value), -1)) {
      String clause = unwrapped(part.trim());
      Matcher event = ReportKind.EVENT_TYPE.matcher(clause);
      if (kind.isSignIn() && event.matches()) {
        eventType(kind, version, event.group(2));
        continue;
      }
      Matcher matcher = COMPARISON.matcher(clause);
      if (!matcher.matches()) {
        throw GraphError.invalidFilter();
      }
      requireProperty(kind, matcher.group(1));
      long time = time(kind, matcher.group(3));
      String operator = matcher.group(2);
      if (!kind.operators().contains(operator)) {
        throw GraphError.invalidFilter();
      }
      // identity protection also gives what is equal (facts: graph.md, trap T8)
      int beyond = kind.isRisk() ? 0 : 1;
      switch (operator) {
        case "ge" -> from = Math.max(from, time);
        case "gt" -> from = Math.max(from, time + beyond);
        case "le" -> to = Math.min(to, time);
        case "lt" -> to = Math.min(to, time - beyond);
        default -> {
          from = Math.max(from, time);
          to = Math.min(to, time);
        }
      }
    }
    Instant minimum = minimum(now, retention);
    if (from != Long.MIN_VALUE && from < Ticks.of(minimum)) {
      if (kind.isSignIn()) {
        throw GraphError.invalidFilter();
      }
      if (kind == ReportKind.DIRECTORY_AUDITS) {
        throw new GraphError(
            400,
            "",
            "Specified argument was out of the range of valid values. (Parameter 'Minimum allowed"
                + " time for "
                + kind.time()
                + " is "
                + MINIMUM.format(minimum)
                + "')");
      }
    }
    return new Bounds(from, to);
  }

  private static void eventType(ReportKind kind, String version, String name) throws GraphError {
    if (version.equals(ReportKind.V1)) {
      throw noProperty(kind, "signInEventTypes");
    }
    if (!kind.isOf(name)) {
      throw GraphError.invalidFilter();
    }
  }

  /** Without the parentheses around it, where the first belongs to the last. */
  private static String unwrapped(String text) {
    String inner = text;
    while (inner.startsWith("(") && inner.endsWith(")") && isOne(inner)) {
      inner = inner.substring(1, inner.length() - 1).trim();
    }
    return inner;
  }

  private static boolean isOne(String text) {
    int depth = 0;
    for (int at = 0; at < text.length() - 1; at++) {
      depth += text.charAt(at) == '(' ? 1 : text.charAt(at) == ')' ? -1 : 0;
      if (depth == 0) {
        return false;
      }
    }
    return true;
  }

  private static void requireProperty(ReportKind kind, String property) throws GraphError {
    // names were seen to work in any case
    if (!property.equalsIgnoreCase(kind.time())) {
      throw noProperty(kind, property);
    }
  }

  private static GraphError noProperty(ReportKind kind, String property) {
    return GraphError.badRequest(
        "Could not find a property named '"
            + property
            + "' on type 'microsoft.graph."
            + kind.type()
            + "'.");
  }

  private static long time(ReportKind kind, String literal) throws GraphError {
    try {
      Matcher dateTime = DATE_TIME.matcher(literal);
      if (dateTime.matches()) {
        // OData allows 12 digits, Graph's times have 7
        String fraction = dateTime.group(2) == null ? "" : dateTime.group(2);
        return Ticks.of(
            OffsetDateTime.parse(dateTime.group(1) + fraction + dateTime.group(3)).toInstant());
      }
      // a date alone stands in the documentation of directoryAudits, and is used with risks
      if ((kind == ReportKind.DIRECTORY_AUDITS || kind.isRisk())
          && DATE.matcher(literal).matches()) {
        return Ticks.of(LocalDate.parse(literal).atStartOfDay().toInstant(ZoneOffset.UTC));
      }
    } catch (DateTimeException e) {
      throw GraphError.invalidFilter();
    }
    throw GraphError.invalidFilter();
  }
}
