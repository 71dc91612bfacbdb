package io.entrarelay.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Which record a line is.
 *
 * @param id Graph's {@code id}; null where the line doesn't tell
 * @param revision 0 for the first content of the id; -1 where the line doesn't tell
 */
public record LineIdentity(@Nullable String id, int revision) {
  private static final JsonFactory JSON = new JsonFactory();

  /** A line that doesn't tell. */
  public static final LineIdentity UNKNOWN = new LineIdentity(null, -1);

  /**
   * Reads {@code relay.revision} and {@code properties.id} of a line in vendor form, and stops
   * there: the envelope comes first, and Graph writes the id as the record's first property.
   */
  public static LineIdentity ofVendor(byte[] bytes, int start, int end) {
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
