package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.JsltException;
import com.schibsted.spt.data.jslt.impl.NodeUtils;
import java.util.Map;

/**
 * A JSLT expression that is asked whether it holds for a record. It holds as JSLT's own {@code if}
 * sees it: {@code false}, {@code null}, {@code 0}, {@code ""}, {@code {}} and {@code []} don't,
 * everything else does.
 */
public final class Condition {
  private final Expression expression;

  private Condition(Expression expression) {
    this.expression = expression;
  }

  /**
   * @param source what its errors name: a file, or whose condition it is
   * @throws JsltFault where it can't be compiled
   */
  public static Condition compile(String source, String text) throws JsltFault {
    return new Condition(Jslt.compile(source, text, null));
  }

  /**
   * @throws IllegalArgumentException where the condition can't be told for this record, such as
   *     where it compares a number to a text; the message quotes nothing of the record
   */
  public boolean holds(JsonNode record, Map<String, JsonNode> variables) {
    JsonNode result;
    try {
      result = expression.apply(variables, record);
    } catch (JsltException e) {
      throw new IllegalArgumentException(
          "it can't be told for a record"
              + (e.getLine() > 0 ? " (line " + e.getLine() + ", column " + e.getColumn() + ")" : "")
              + ": does it compare or convert values of different types?",
          e);
    }
    return NodeUtils.isTrue(result);
  }
}
