package io.entrarelay.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Removes one property from lines by cutting out its bytes: all other bytes of a line stay as they
 * are. A property that comes twice is removed twice; a line that has none stays as it is.
 */
public final class PropertyRemoval {
  private final JsonPointer pointer;

  /**
   * @param pointer a JSON pointer (RFC 6901) from the line's root, such as {@code
   *     /properties/ipAddress}; a number is an array's index where an array stands
   * @throws IllegalArgumentException where that is no pointer to a property
   */
  public PropertyRemoval(String pointer) {
    if (!pointer.startsWith("/") || pointer.endsWith("/")) {
      throw new IllegalArgumentException(
          "'" + pointer + "' is no JSON pointer to a property; write one like /properties/name");
    }
    this.pointer = JsonPointer.compile(pointer);
  }

  /**
   * The lines without the property.
   *
   * @throws IOException where a line is not JSON; the message gives its number, from 1
   */
  public FormLines from(FormLines lines) throws IOException {
    FormLines.Writer writer = new FormLines.Writer(lines.size(), lines.length());
    for (int line = 0; line < lines.size(); line++) {
      try {
        new Line(lines.bytes(), lines.start(line), lines.end(line) - 1, writer).write(pointer);
      } catch (IOException e) {
        // the parser's own message may quote the record
        throw new IOException(
            "line "
                + (line + 1)
                + " of the page is not JSON ("
                + e.getClass().getSimpleName()
                + ")");
      }
      writer.end(lines.ordinal(line));
    }
    return writer.done(lines);
  }

  /** One line on its way through. */
  private static final class Line {
    private final byte[] bytes;
    private final int start;
    private final int end;
    private final FormLines.Writer writer;

    /** What was written or cut ends here. */
    private int at;

    Line(byte[] bytes, int start, int end, FormLines.Writer writer) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
      this.at = start;
      this.writer = writer;
    }

    void write(JsonPointer pointer) throws IOException {
      try (JsonParser parser = PageCutter.JSON.createParser(bytes, start, end - start)) {
        parser.nextToken();
        value(parser, pointer);
        while (parser.nextToken() != null) {
          parser.skipChildren();
        }
      }
      writer.add(bytes, at, end);
    }

    /** Reads the value that begins at the parser's token to its end. */
    private void value(JsonParser parser, JsonPointer rest) throws IOException {
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        members(parser, rest, true);
      } else if (parser.currentToken() == JsonToken.START_ARRAY) {
        members(parser, rest, false);
      } else {
        parser.finishToken();
      }
    }

    /**
     * A member goes together with the comma behind it, the last one with the comma before it:
     * members that are cut side by side are one cut.
     */
    private void members(JsonParser parser, JsonPointer rest, boolean object) throws IOException {
      int keptEnd = -1;
      int cutFrom = -1;
      int cutEnd = -1;
      int index = 0;
      for (JsonToken token = parser.nextToken();
          token != JsonToken.END_OBJECT && token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        if (token == null) {
          throw new IOException("ends too early");
        }
        int from = start + (int) parser.currentTokenLocation().getByteOffset();
        boolean named =
            object
                ? rest.getMatchingProperty().equals(parser.currentName())
                : rest.getMatchingIndex() == index++;
        boolean cut = named && rest.tail().matches();
        if (!cut && cutFrom >= 0) {
          cut(cutFrom, from);
          cutFrom = -1;
        }
        if (object) {
          parser.nextToken();
        }
        if (named && !cut) {
          value(parser, rest.tail());
        } else {
          parser.skipChildren();
          parser.finishToken();
        }
        int to = start + (int) parser.currentLocation().getByteOffset();
        if (!cut) {
          keptEnd = to;
        } else {
          cutFrom = cutFrom < 0 ? from : cutFrom;
          cutEnd = to;
        }
      }
      if (cutFrom >= 0) {
        cut(keptEnd < 0 ? cutFrom : keptEnd, cutEnd);
      }
    }

    private void cut(int from, int to) {
      writer.add(bytes, at, from);
      at = to;
    }
  }
}
