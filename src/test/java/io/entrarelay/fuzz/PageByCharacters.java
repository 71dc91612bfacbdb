package io.entrarelay.fuzz;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page by a second way: the JDK's strict UTF-8 decoder, then Jackson's parser of characters,
 * which shares no scanning with the parser of bytes that the page cutter uses.
 */
final class PageByCharacters {
  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(1000)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /**
   * An element of {@code value}: its tokens, each with its text, and its id where it is a record.
   */
  record Element(List<String> tokens, String id, boolean object) {}

  final List<Element> elements = new ArrayList<>();
  @Nullable String nextLink;
  private boolean hasValue;
  private boolean fault;

  private PageByCharacters() {}

  /** The page; null where it should be refused. */
  static @Nullable PageByCharacters read(byte[] page) {
    String text = decoded(page, 0, page.length);
    if (text == null) {
      return null;
    }
    PageByCharacters read = new PageByCharacters();
    try (JsonParser parser =
        STRICT.createParser(text.startsWith("\uFEFF") ? text.substring(1) : text)) {
      return read.isPage(parser) ? read : null;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The text of UTF-8; null where that is none. */
  static @Nullable String decoded(byte[] bytes, int start, int end) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start, end - start))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** The tokens of JSON text; null where that is none. */
  static @Nullable List<String> tokens(String json) {
    try (JsonParser parser = STRICT.createParser(json)) {
      List<String> tokens = new ArrayList<>();
      while (parser.nextToken() != null) {
        tokens.add(token(parser));
      }
      return tokens;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private boolean isPage(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    String name;
    while ((name = parser.nextFieldName()) != null) {
      JsonToken token = parser.nextToken();
      switch (name) {
        case "value" -> {
          if (token != JsonToken.START_ARRAY) {
            return false;
          }
          hasValue = true;
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(element(parser));
          }
        }
        case "@odata.nextLink" -> {
          boolean list = token.isStructStart();
          parser.skipChildren();
          nextLink = list ? "(not a text)" : parser.getText();
          if (token == JsonToken.VALUE_NULL || nextLink.isEmpty()) {
            nextLink = null;
          }
        }
        case "error" -> {
          fault |= token != JsonToken.VALUE_NULL;
          parser.skipChildren();
        }
        default -> parser.skipChildren();
      }
    }
    return parser.nextToken() == null && hasValue && !fault;
  }

  private Element element(JsonParser parser) throws IOException {
    boolean object = parser.currentToken() == JsonToken.START_OBJECT;
    List<String> tokens = new ArrayList<>();
    String id = "";
    String time = "";
    boolean error = false;
    int depth = 0;
    String name = "";
    do {
      JsonToken token = parser.currentToken();
      tokens.add(token(parser));
      if (token == JsonToken.FIELD_NAME) {
        name = parser.currentName();
      } else if (object && depth == 1 && !token.isStructEnd()) {
        String text =
            token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : "";
        id = name.equals("id") ? text : id;
        time = name.equals("createdDateTime") ? text : time;
        error |= name.equals("error") && token == JsonToken.START_OBJECT;
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
    } while (depth > 0 && parser.nextToken() != null);
    fault |= error && id.isEmpty() && time.isEmpty();
    return new Element(tokens, id, object);
  }

  private static String token(JsonParser parser) throws IOException {
    return parser.currentToken().id() + parser.getText();
  }
}
