package io.entrarelay.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.regex.Pattern;

/** Reads the error object that Graph puts into an answer which began as a success. */
final class GraphFault {
  private static final int MAX_CODE = 100;
  private static final int MAX_MESSAGE = 300;
  private static final int MAX_READ = 1_000;
  private static final Pattern NOT_PLAIN = Pattern.compile("[\\p{C}\\p{Z}\\s]+");
  private static final Pattern TOKEN = Pattern.compile("eyJ[\\w-]{8,}[\\w.-]*");
  private static final Pattern ADDRESS = Pattern.compile("[^\\s@'\"<>(]+@[^\\s@'\"<>)]+");

  private GraphFault() {}

  /**
   * The exception for the error whose JSON begins at {@code start}; what is cut off or odd in it is
   * left out.
   *
   * @param end where the page, or the record with the error, ends
   * @param records how many records came before
   */
  static PageException inPage(byte[] page, int start, int end, int records) {
    String code = "";
    String message = "";
    try (JsonParser parser = PageCutter.JSON.createParser(page, start, end - start)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        String name;
        while ((name = parser.nextFieldName()) != null) {
          JsonToken token = parser.nextToken();
          if (token == JsonToken.VALUE_STRING && "code".equals(name)) {
            code = clean(parser.getText(), MAX_CODE);
          } else if (token == JsonToken.VALUE_STRING && "message".equals(name)) {
            message = clean(parser.getText(), MAX_MESSAGE);
          } else {
            parser.skipChildren();
          }
        }
      } else {
        code = clean(parser.getText(), MAX_CODE);
      }
    } catch (IOException e) {
      // an error that is itself cut off: what was read of it is all there is
    }
    return new PageException(
        PageException.Kind.ERROR_OBJECT,
        -1,
        code,
        String.format(
            "Graph answered with success, but reports an error inside the page, after %d records:"
                + " %s%s",
            records,
            code.isEmpty() ? "(no code)" : code,
            message.isEmpty() ? "." : ": " + message));
  }

  /** One line of plain text without tokens and mail addresses, and not too long. */
  private static String clean(String text, int max) {
    // a bound on the work, too: looking for addresses takes the square of a word's length
    String head = text.length() <= MAX_READ ? text : text.substring(0, MAX_READ);
    String line = NOT_PLAIN.matcher(head).replaceAll(" ").strip();
    line = TOKEN.matcher(line).replaceAll("(token)");
    line = ADDRESS.matcher(line).replaceAll("(address)");
    return line.length() <= max ? line : line.substring(0, max) + "…";
  }
}
