package io.entrarelay.record;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A report's definition made ready for work: which properties of a record are wanted (a tree of
 * names, each wanted property with a slot of its own) and which slots each value of the vendor
 * form's envelope is looked for in. The slots under one property are neighbours, so that a key that
 * comes twice clears what its first value left.
 */
final class Envelope {
  private static final List<String> KEYS =
      List.of(
          "operationName",
          "resultType",
          "resultDescription",
          "durationMs",
          "callerIpAddress",
          "correlationId",
          "identity",
          "location",
          "time");

  private static final Source NOTHING = new Source(null, new int[0]);

  /**
   * Where a value comes from.
   *
   * @param text the definition's text as JSON with its quotes; null where slots are looked at
   * @param slots the first that has a value counts
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Source(byte @Nullable [] text, int[] slots) {}

  /** A property on the way to wanted ones. */
  static final class Property {
    private final Map<String, Property> children = new LinkedHashMap<>();
    private boolean wanted;
    private int slot = -1;
    private int firstSlot;
    private int endSlot;

    @Nullable Property child(String name) {
      return children.get(name);
    }

    boolean hasChildren() {
      return !children.isEmpty();
    }

    /** The slot of this property's own value; -1 where only its children are wanted. */
    int slot() {
      return slot;
    }

    /** The first of the slots of this property and all below it. */
    int firstSlot() {
      return firstSlot;
    }

    /** The end, exclusive, of those slots. */
    int endSlot() {
      return endSlot;
    }

    private Property want(JsonPointer pointer) {
      Property property = this;
      for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
        property =
            property.children.computeIfAbsent(rest.getMatchingProperty(), n -> new Property());
      }
      property.wanted = true;
      return property;
    }

    private int number(int next) {
      firstSlot = next;
      if (wanted) {
        slot = next++;
      }
      for (Property child : children.values()) {
        next = child.number(next);
      }
      endSlot = next;
      return next;
    }
  }

  private final String report;
  private final String category;
  private final Property root = new Property();
  private final int slots;
  private final int id;
  private final int time;
  private final Map<String, Source> sources = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException where the definition lacks something or has a key or pointer
   *     that can't be; the message names the report and the key
   */
  Envelope(Report definition) {
    report = definition.getName();
    category = definition.getCategory();
    require(!report.isBlank(), "A report has no name: give its bean the property 'name'.");
    String where = "Report " + report + ": ";
    require(
        !definition.getTime().isBlank() && !definition.getTime().contains("/"),
        where
            + "'time' must name the property that holds the event's time, such as"
            + " createdDateTime.");
    require(
        !category.isBlank(),
        where + "'category' is missing: give Azure Monitor's name, such as SignInLogs.");
    definition.checkQuery();
    Property idProperty = root.want(JsonPointer.compile("/id"));
    Property timeProperty = root.want(JsonPointer.compile("/" + escaped(definition.getTime())));
    Map<String, List<Property>> wanted = new LinkedHashMap<>();
    definition
        .getEnvelope()
        .forEach(
            (key, value) -> {
              require(
                  KEYS.contains(key),
                  where
                      + "the envelope has no key '"
                      + key
                      + "'; it takes "
                      + new TreeSet<>(KEYS)
                      + ".");
              if (value.startsWith("/")) {
                wanted.put(key, pointers(key, value));
              } else {
                require(
                    !value.isBlank(),
                    where
                        + "envelope key "
                        + key
                        + " is empty: give a text or a pointer such as /ipAddress, or leave the"
                        + " key out.");
                require(
                    !"time".equals(key),
                    where
                        + "envelope key time must be a pointer to a time, such as"
                        + " /activityDateTime; without the key it is 'time'.");
                require(
                    !"durationMs".equals(key),
                    where
                        + "envelope key durationMs must be a pointer to a number, such as"
                        + " /processingTimeInMilliseconds; without the key it is 0.");
                sources.put(key, new Source(quoted(value), new int[0]));
              }
            });
    slots = root.number(0);
    id = idProperty.slot();
    time = timeProperty.slot();
    sources.put("time", new Source(null, new int[] {time}));
    wanted.forEach((key, properties) -> sources.put(key, new Source(null, slots(properties))));
  }

  private List<Property> pointers(String key, String value) {
    List<Property> properties = new ArrayList<>();
    for (String pointer : value.split(",", -1)) {
      String text = pointer.strip();
      require(
          text.startsWith("/") && !text.endsWith("/"),
          "Report "
              + report
              + ": envelope key "
              + key
              + ": '"
              + text
              + "' is no JSON pointer; write pointers such as /userDisplayName, with a comma"
              + " between several.");
      properties.add(root.want(JsonPointer.compile(text)));
    }
    return properties;
  }

  private static int[] slots(Collection<Property> properties) {
    return properties.stream().mapToInt(Property::slot).toArray();
  }

  private static String escaped(String name) {
    return name.replace("~", "~0");
  }

  /** The text as a JSON string in UTF-8, with its quotes. */
  static byte[] quoted(String text) {
    byte[] inner = JsonStringEncoder.getInstance().quoteAsUTF8(text);
    byte[] quoted = new byte[inner.length + 2];
    quoted[0] = '"';
    System.arraycopy(inner, 0, quoted, 1, inner.length);
    quoted[quoted.length - 1] = '"';
    return quoted;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  String report() {
    return report;
  }

  String category() {
    return category;
  }

  /** The record itself: its children are the wanted properties. */
  Property root() {
    return root;
  }

  int slots() {
    return slots;
  }

  int idSlot() {
    return id;
  }

  int timeSlot() {
    return time;
  }

  /** Where the envelope's key takes its value from: {@code time} or a key of the definition. */
  Source source(String key) {
    return sources.getOrDefault(key, NOTHING);
  }
}
