package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which record a line is.
 *
 * @param id Graph's {@code id}; null where it isn't known
 * @param revision 0 for the first content of the id; -1 where it isn't known
 */
public record LineIdentity(@Nullable String id, int revision) {
  private static final JsonFactory JSON = new JsonFactory();

  private static final byte[] RELAY = ",\"relay\":{\"integration\":\"".getBytes(UTF_8);
  private static final byte[] REVISION = ",\"revision\":".getBytes(UTF_8);
  private static final byte[] ID = "},\"properties\":{\"id\":\"".getBytes(UTF_8);

  /** The byte by which a place is looked for: the v of revision, the l of relay are rare. */
  private static final int MARK = 4;

  /** That of a line that tells neither. */
  public static final LineIdentity UNKNOWN = new LineIdentity(null, -1);

  /**
   * Reads {@code relay.revision} and {@code properties.id} of a line in vendor form, and stops
   * there: the envelope comes first, and Graph writes the id as the record's first property. Of an
   * id that comes twice, the first is taken.
   */
  public static LineIdentity ofVendor(byte[] bytes, int start, int end) {
    LineIdentity usual = asWritten(bytes, start, end);
    return usual == null ? read(bytes, start, end) : usual;
  }

  /**
   * What the relay has written looks so, and takes no parser: <code>
   * …,"relay":{…"revision":0},"properties":{"id":"…",…</code>. Within a JSON text there is no
   * {@code "} without a backslash before it, so that {@link #RELAY} stands nowhere but where it is
   * a key; what comes before it in an envelope is flat.
   */
  private static @Nullable LineIdentity asWritten(byte[] bytes, int start, int end) {
    int relay = find(RELAY, bytes, start, end);
    int revision = relay < 0 ? -1 : find(REVISION, bytes, relay, end);
    if (revision < 0 || revision - relay > 300) {
      return null;
    }
    int number = 0;
    int at = revision;
    while (at < end && at - revision < 9 && bytes[at] >= '0' && bytes[at] <= '9') {
      number = number * 10 + bytes[at++] - '0';
    }
    if (at == revision || !stands(ID, bytes, at, end)) {
      return null;
    }
    int id = at + ID.length;
    for (int quote = id; quote < end && bytes[quote] != '\\'; quote++) {
      if (bytes[quote] == '"') {
        return quote == id
            ? null
            : new LineIdentity(new String(bytes, id, quote - id, UTF_8), number);
      }
    }
    return null;
  }

  /** Behind the first place of these bytes; -1 where there is none. */
  private static int find(byte[] what, byte[] bytes, int from, int end) {
    byte mark = what[MARK];
    for (int at = from; at <= end - what.length; at++) {
      if (bytes[at + MARK] == mark && stands(what, bytes, at, end)) {
        return at + what.length;
      }
    }
    return -1;
  }

  private static boolean stands(byte[] what, byte[] bytes, int at, int end) {
    return at + what.length <= end
        && Arrays.equals(bytes, at, at + what.length, what, 0, what.length);
  }

  private static LineIdentity read(byte[] bytes, int start, int end) {
    int revision = -1;
    try (JsonParser parser = JSON.createParser(bytes, start, end - start)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return UNKNOWN;
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        if (value == JsonToken.START_OBJECT && name.equals("relay")) {
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean is = parser.currentName().equals("revision");
            if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT && is) {
              revision = parser.getIntValue();
            }
            parser.skipChildren();
          }
        } else if (value == JsonToken.START_OBJECT && name.equals("properties")) {
          return new LineIdentity(id(parser), revision);
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      // what a route has made of the line need not be JSON
    }
    return new LineIdentity(null, revision);
  }

  private static @Nullable String id(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean is = parser.currentName().equals("id");
      if (parser.nextToken() == JsonToken.VALUE_STRING && is) {
        return parser.getText().isEmpty() ? null : parser.getText();
      }
      parser.skipChildren();
    }
    return null;
  }
}
