package io.entrarelay.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the file, the environment and the overrides say for each key. Asking for a key makes it a
 * known one; what was said and never asked for is unknown, and {@link #finish()} refuses it.
 */
final class SettingsValues {
  private static final String GROUP = "relay";
  private static final String VARIABLE = "RELAY_";
  private static final int MAX_BYTES = 1 << 20;

  /** So much of a variable's name is shown. */
  private static final int MOST_NAME = 100;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern PLACEHOLDER_NAME =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(?::(.*))?");

  /** What Kubernetes adds to every container of a namespace that has a service named relay…. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "RELAY(_\\w+)?_SERVICE_(HOST|PORT)(_\\w+)?"
              + "|RELAY(_\\w+)?_PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?");

  /**
   * One value and where it was said.
   *
   * @param shownKey the key as it was written: the name of the variable in the environment
   * @param items no text, one, or a list's
   */
  private record Given(String place, int line, String shownKey, boolean list, List<String> items) {}

  private final Map<String, Given> file = new LinkedHashMap<>();
  private final Map<String, Given> environment = new LinkedHashMap<>();
  private final Map<String, Given> overrides = new LinkedHashMap<>();
  private final Map<String, String> variables;
  private final String fileName;
  private final Set<String> known = new LinkedHashSet<>();

  /** Keys and variables that need no further word, though they are no known keys. */
  private final Set<String> accounted = new LinkedHashSet<>();

  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, Object> properties = new LinkedHashMap<>();

  private SettingsValues(String fileName, Map<String, String> variables) {
    this.fileName = fileName;
    this.variables = variables;
  }

  /**
   * @throws ConfigurationException when the file is there and can't be read at all
   */
  static SettingsValues read(
      Path file, Map<String, String> environment, Map<String, Object> overrides) {
    SettingsValues values = new SettingsValues(file.toString(), environment);
    if (Files.exists(file)) {
      values.readFile(file);
    }
    environment.forEach(values::readVariable);
    overrides.forEach(values::readOverride);
    return values;
  }

  static SettingsValues none() {
    return new SettingsValues("application.yaml", Map.of());
  }

  private void readFile(Path path) {
    YamlKeys keys = YamlKeys.read(path, MAX_BYTES, GROUP);
    problems.addAll(keys.problems());
    keys.values()
        .forEach(
            (key, value) ->
                file.put(
                    key,
                    new Given(
                        fileName,
                        value.line(),
                        key,
                        value.list(),
                        value.items().stream().map(YamlValue.Item::text).toList())));
  }

  private void readVariable(String name, String value) {
    if (!name.startsWith(VARIABLE) || value.isBlank()) {
      return;
    }
    Given given = new Given("environment", 0, name, false, List.of(value));
    Given other = environment.putIfAbsent(plain(name.substring(VARIABLE.length())), given);
    if (other != null) {
      add(given, "is the same setting as " + other.shownKey(), "Keep one of the two");
    }
  }

  private void readOverride(String key, Object value) {
    boolean list = value instanceof Collection<?>;
    List<String> items =
        value instanceof Collection<?> several
            ? several.stream().map(SettingsValues::written).toList()
            : List.of(written(value));
    overrides.put(key, new Given("command line", 0, key, list, items));
  }

  private static String written(Object value) {
    return value instanceof Duration duration ? DurationText.format(duration) : value.toString();
  }

  /** RELAY_SINKS_FILES_ROLL_EVERY, RELAY_SINKS_FILES_ROLLEVERY and sinks.files.roll-every alike. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[_.-]", "");
  }

  private static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }

  private @Nullable Given given(String key) {
    known.add(key);
    Given given = overrides.get(key);
    if (given == null) {
      given = environment.get(plain(key.substring(GROUP.length() + 1)));
    }
    return given == null ? file.get(key) : given;
  }

  Set<String> known() {
    return known;
  }

  /** Notes that the value of a key can't be used. */
  void problem(String key, String cause, String remedy) {
    Given given = given(key);
    if (given == null) {
      problems.add(new Problem(fileName, 0, key, cause, remedy));
    } else {
      add(given, cause, remedy);
    }
  }

  private void add(Given given, String cause, String remedy) {
    problems.add(new Problem(given.place(), given.line(), given.shownKey(), cause, remedy));
  }

  /** The text of a key with its placeholders filled; null when nothing was said. */
  private @Nullable String raw(String key) {
    Given given = given(key);
    if (given == null || given.items().isEmpty()) {
      return null;
    }
    if (given.list()) {
      add(given, "is a list", "Write one value");
      return null;
    }
    return filled(given, given.items().get(0)).strip();
  }

  private String filled(Given given, String text) {
    Matcher matcher = PLACEHOLDER.matcher(text);
    return matcher.replaceAll(
        found -> {
          Matcher name = PLACEHOLDER_NAME.matcher(found.group(1));
          if (!name.matches()) {
            add(given, "has ${} around what is no environment variable", "Write ${NAME}");
            return "";
          }
          // A variable may well be named RELAY_PASSWORD and be for this placeholder only.
          accounted.add(name.group(1));
          String value = variables.getOrDefault(name.group(1), name.group(2));
          if (value == null) {
            String shown = OneLine.of(name.group(1), MOST_NAME);
            add(
                given,
                "the environment variable " + shown + " is not set",
                "Set it, or write ${" + shown + ":default}");
            return "";
          }
          return Matcher.quoteReplacement(value);
        });
  }

  private <T> T parsed(String key, T fallback, Function<String, T> parser, String remedy) {
    String text = raw(key);
    if (text == null) {
      return fallback;
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      problem(key, IntegrationReader.shown(text) + " " + e.getMessage(), remedy);
      return fallback;
    }
  }

  String text(String key, String fallback) {
    String text = raw(key);
    String value = text == null || text.isEmpty() ? fallback : text;
    properties.put(key, value);
    return value;
  }

  @Nullable String optional(String key) {
    String text = raw(key);
    if (text == null || text.isEmpty()) {
      return null;
    }
    properties.put(key, text);
    return text;
  }

  /** As {@link #optional}, and kept out of the properties and of every message. */
  @Nullable String secret(String key) {
    String text = raw(key);
    return text == null || text.isEmpty() ? null : text;
  }

  /** Gives routes another value for a key than what was written. */
  void show(String key, String value) {
    properties.put(key, value);
  }

  /**
   * The keys below a group whose names are another product's, such as Kafka's: the values that were
   * given, by those names. Like secrets, they are kept out of the properties and of every message.
   *
   * @param names the names there are; asked only where something was given
   * @param what a name is, for the message about one that is not among them
   */
  Map<String, String> foreign(String group, Supplier<Set<String>> names, String what) {
    Map<String, String> found = new TreeMap<>();
    String plainGroup = plain(group.substring(GROUP.length() + 1));
    for (Map<String, Given> source : List.of(overrides, file)) {
      for (Map.Entry<String, Given> each : source.entrySet()) {
        if (each.getKey().startsWith(group + ".")) {
          String name = each.getKey().substring(group.length() + 1);
          foreign(group, name, names.get().contains(name), each.getValue(), names, what, found);
        } else if (each.getKey().equals(group) && each.getValue().items().isEmpty()) {
          accounted.add(group); // nothing below it is well, too
        }
      }
    }
    for (Map.Entry<String, Given> each : environment.entrySet()) {
      if (each.getKey().startsWith(plainGroup) && !each.getKey().equals(plainGroup)) {
        String rest = each.getKey().substring(plainGroup.length());
        String name =
            names.get().stream().filter(it -> plain(it).equals(rest)).findAny().orElse("");
        foreign(
            group,
            name.isEmpty() ? rest : name,
            !name.isEmpty(),
            each.getValue(),
            names,
            what,
            found);
      }
    }
    return found;
  }

  private void foreign(
      String group,
      String name,
      boolean known,
      Given given,
      Supplier<Set<String>> names,
      String what,
      Map<String, String> found) {
    String key = group + "." + name;
    if (!known) {
      accounted.add(given.shownKey());
      add(
          given,
          "is no " + what,
          DidYouMean.among(names.get(), name)
              .map(meant -> "Did you mean " + meant + "?")
              .orElse("Correct or remove it"));
      return;
    }
    String value = secret(key);
    if (value != null) {
      found.put(name, value);
    }
  }

  String matching(String key, String fallback, Pattern form, String remedy) {
    String text = text(key, fallback);
    if (!form.matcher(text).matches()) {
      problem(key, IntegrationReader.shown(text) + " can't be used", remedy);
      return fallback;
    }
    return text;
  }

  List<String> texts(String key, List<String> fallback) {
    Given given = given(key);
    List<String> texts = fallback;
    if (given != null && (given.list() || !given.items().isEmpty())) {
      texts =
          given.items().stream()
              .map(item -> filled(given, item))
              .flatMap(item -> Arrays.stream(item.split(",")))
              .map(String::strip)
              .filter(item -> !item.isEmpty())
              .toList();
    }
    properties.put(key, String.join(",", texts));
    return texts;
  }

  Duration duration(String key, Duration fallback, Duration least, Duration most) {
    return duration(
        key,
        fallback,
        least,
        most,
        "Write a number and ms, s, m, h or d, from "
            + DurationText.format(least)
            + " to "
            + DurationText.format(most));
  }

  Duration duration(String key, Duration fallback, Duration least, Duration most, String remedy) {
    Duration duration = parsed(key, fallback, DurationText::parse, remedy);
    if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
      problem(key, DurationText.format(duration) + " is out of range", remedy);
      duration = fallback;
    }
    properties.put(key, duration.toMillis());
    return duration;
  }

  List<Duration> durations(String key, List<Duration> fallback, String remedy) {
    List<String> texts = texts(key, fallback.stream().map(DurationText::format).toList());
    List<Duration> durations = new ArrayList<>();
    for (String text : texts) {
      try {
        durations.add(DurationText.parse(text));
      } catch (IllegalArgumentException e) {
        problem(key, IntegrationReader.shown(text) + " " + e.getMessage(), remedy);
        return fallback;
      }
    }
    properties.put(
        key,
        durations.stream()
            .map(duration -> String.valueOf(duration.toMillis()))
            .collect(Collectors.joining(",")));
    return List.copyOf(durations);
  }

  /** Bytes. */
  long size(String key, long fallback, long least, long most) {
    String remedy =
        "Write a number and KB, MB, GB or TB, from "
            + SizeText.format(least)
            + " to "
            + SizeText.format(most);
    long size = parsed(key, fallback, SizeText::parse, remedy);
    if (size < least || size > most) {
      problem(key, SizeText.format(size) + " is out of range", remedy);
      size = fallback;
    }
    properties.put(key, size);
    return size;
  }

  int number(String key, int fallback, int least, int most) {
    String remedy = "Write a whole number from " + least + " to " + most;
    int number =
        parsed(
            key,
            fallback,
            text -> {
              if (!text.matches("\\d{1,9}")) {
                throw new IllegalArgumentException("is not a number");
              }
              return Integer.valueOf(text);
            },
            remedy);
    if (number < least || number > most) {
      problem(key, number + " is out of range", remedy);
      number = fallback;
    }
    properties.put(key, number);
    return number;
  }

  boolean flag(String key, boolean fallback) {
    boolean flag =
        parsed(
            key,
            fallback,
            text -> {
              if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException("is neither true nor false");
              }
              return text.equals("true");
            },
            "Write true or false");
    properties.put(key, flag);
    return flag;
  }

  <E extends Enum<E>> E choice(String key, E fallback) {
    Class<E> type = fallback.getDeclaringClass();
    List<String> names =
        Arrays.stream(type.getEnumConstants())
            .map(choice -> choice.name().toLowerCase(Locale.ROOT))
            .toList();
    E choice =
        parsed(
            key,
            fallback,
            text -> {
              if (!names.contains(text)) {
                throw new IllegalArgumentException("is not possible");
              }
              return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
            },
            "Write one of " + String.join(", ", names));
    properties.put(key, choice.name().toLowerCase(Locale.ROOT));
    return choice;
  }

  Path path(String key, Path fallback) {
    Path path = parsedPath(key);
    Path value = path == null ? fallback : path;
    properties.put(key, value.toString());
    return value;
  }

  /** A file that somebody may name, relative to a directory; absolute. */
  @Nullable Path file(String key, Path directory) {
    Path path = parsedPath(key);
    if (path == null) {
      return null;
    }
    Path value = directory.resolve(path).toAbsolutePath().normalize();
    properties.put(key, value.toString());
    return value;
  }

  private @Nullable Path parsedPath(String key) {
    String text = raw(key);
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      problem(key, "is not a file's name", "Write a path without control characters");
      return null;
    }
  }

  /**
   * Every setting that has a value.
   *
   * @throws ConfigurationException with everything that is wrong, unknown keys among it
   */
  Map<String, Object> finish() {
    for (Map<String, Given> source : List.of(overrides, file)) {
      source.forEach(this::checkKnown);
    }
    Set<String> plainKeys =
        known.stream()
            .map(key -> plain(key.substring(GROUP.length() + 1)))
            .collect(Collectors.toSet());
    List<String> names = known.stream().map(SettingsValues::variable).toList();
    environment.forEach(
        (plain, given) -> {
          String name = given.shownKey();
          if (!plainKeys.contains(plain)
              && !accounted.contains(name)
              && !SERVICE_LINK.matcher(name).matches()) {
            String remedy =
                DidYouMean.among(known, "relay." + dotted(name))
                    .map(key -> "Did you mean " + variable(key) + "?")
                    .orElse("Known are " + names.get(0) + " and others: see application.yaml");
            add(given, "is not the name of a setting", remedy);
          }
        });
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return Map.copyOf(properties);
  }

  private static String dotted(String variable) {
    return variable.substring(VARIABLE.length()).toLowerCase(Locale.ROOT).replace('_', '.');
  }

  private void checkKnown(String key, Given given) {
    if (known.contains(key) || accounted.contains(key)) {
      return;
    }
    boolean group =
        key.equals(GROUP) || known.stream().anyMatch(candidate -> candidate.startsWith(key + "."));
    if (!group) {
      List<String> siblings =
          known.stream()
              .filter(candidate -> candidate.startsWith(key.substring(0, key.lastIndexOf('.') + 1)))
              .toList();
      add(
          given,
          "is not known",
          DidYouMean.remedy(known, key, siblings.isEmpty() ? known : siblings));
    } else if (given.list() || !given.items().isEmpty()) {
      add(given, "is a group of keys", "Write its keys below it, indented");
    }
  }
}
