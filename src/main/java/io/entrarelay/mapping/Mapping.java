package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.JsltException;
import java.util.Map;

/** Maps the records of one report to one form. Safe for several threads. */
public final class Mapping {
  private final String file;
  private final Expression expression;

  Mapping(String file, Expression expression) {
    this.file = file;
    this.expression = expression;
  }

  /**
   * The record's document: a JSON object in UTF-8, on one line.
   *
   * @param variables see {@link Jslt#variables}
   * @throws MappingFailure where the mapping fails, or gives something else than an object
   */
  public byte[] map(JsonNode record, Map<String, JsonNode> variables) throws MappingFailure {
    JsonNode document;
    try {
      document = expression.apply(variables, record);
    } catch (JsltException e) {
      String place = e.getLine() > 0 ? ":" + e.getLine() + ":" + e.getColumn() : "";
      String source = e.getSource() == null ? file : e.getSource();
      throw new MappingFailure(source + place, String.valueOf(e.getMessageWithoutLocation()), e);
    } catch (RuntimeException e) {
      // JSLT has such faults of its own, in a step that few records take
      throw new MappingFailure(file, String.valueOf(e), e);
    }
    if (!document.isObject()) {
      throw new MappingFailure(
          file, "it gives " + document.getNodeType() + " where an object is due");
    }
    return DocumentWriter.write(document);
  }
}
