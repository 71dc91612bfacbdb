package io.entrarelay.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.JsltException;
import com.schibsted.spt.data.jslt.Module;
import com.schibsted.spt.data.jslt.Parser;
import com.schibsted.spt.data.jslt.ResourceResolver;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** JSLT as the relay uses it: how it is compiled, what it is given, how its errors read. */
public final class Jslt {
  private static final Pattern ENCOUNTERED =
      Pattern.compile(
          "Encountered \"\\s*(?:<EOF>|(?:<\\w+> )?\"?([^\"]*?)\\s*)\".*? at line (\\d+), column (\\d+)",
          Pattern.DOTALL);
  private static final Pattern LEXICAL =
      Pattern.compile("Lexical error at line (\\d+), column (\\d+)\\. +Encountered: (.*)");
  private static final Pattern NOT_THERE =
      Pattern.compile("(?:Could not resolve file|Cannot load resource) '([^']*)'");
  private static final Pattern TEXT_OR_COMMENT = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*+\"|//.*");
  private static final Pattern USED = Pattern.compile("\\$([A-Za-z_][\\w-]*)");
  private static final Pattern DECLARED =
      Pattern.compile("\\blet\\s+([A-Za-z_][\\w-]*)|\\bdef\\s+[\\w-]+\\s*\\(([^)]*)\\)");

  /** What a mapping or condition knows besides the record, as {@code $name}. */
  static final Set<String> VARIABLES =
      Set.of("integration", "report", "tenantId", "collectedAt", "revision");

  /**
   * Records may nest as deep and hold texts as long as pages may; a number keeps all its digits.
   */
  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(1_000)
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .maxNumberLength(Integer.MAX_VALUE)
                          .build())
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

  private Jslt() {}

  /** What stands between two offsets, as a tree. */
  public static JsonNode tree(byte[] bytes, int start, int end) throws IOException {
    return JSON.readTree(bytes, start, end - start);
  }

  /**
   * The variables of a record.
   *
   * @param collectedAt when its page was read
   * @param revision 0 for the first content of its id
   */
  public static Map<String, JsonNode> variables(
      String integration, String report, String tenantId, Instant collectedAt, int revision) {
    return Map.of(
        "integration", TextNode.valueOf(integration),
        "report", TextNode.valueOf(report),
        "tenantId", TextNode.valueOf(tenantId),
        "collectedAt", TextNode.valueOf(collectedAt.toString()),
        "revision", IntNode.valueOf(revision));
  }

  static Expression compile(String source, String text, @Nullable ResourceResolver resolver)
      throws JsltFault {
    return compile(source, text, resolver, Map.of());
  }

  /**
   * @param modules what can be imported besides the files of the resolver, by name
   */
  static Expression compile(
      String source, String text, @Nullable ResourceResolver resolver, Map<String, Module> modules)
      throws JsltFault {
    try {
      Parser parser =
          new Parser(new StringReader(text))
              .withSource(source)
              .withFunctions(Functions.ALL)
              .withNamedModules(new HashMap<>(modules)); // JSLT adds its own
      Expression expression =
          (resolver == null ? parser : parser.withResourceResolver(resolver)).compile();
      checkVariables(source, text);
      return expression;
    } catch (JsltException e) {
      throw fault(source, text, e);
    }
  }

  /** JSLT itself looks for a variable only when it needs its value. */
  private static void checkVariables(String source, String text) throws JsltFault {
    String bare = TEXT_OR_COMMENT.matcher(text).replaceAll(m -> " ".repeat(m.group().length()));
    Set<String> known = new HashSet<>(VARIABLES);
    Matcher declared = DECLARED.matcher(bare);
    while (declared.find()) {
      String names = declared.group(1) == null ? declared.group(2) : declared.group(1);
      known.addAll(Set.of(names.strip().split("\\s*,\\s*")));
    }
    Matcher used = USED.matcher(bare);
    while (used.find()) {
      if (!known.contains(used.group(1))) {
        String reason = "there is no variable $" + used.group(1);
        throw at(source, text, used.start(), reason);
      }
    }
  }

  private static JsltFault at(String source, String text, int offset, String reason) {
    String before = text.substring(0, offset);
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    return new JsltFault(source, line, offset - before.lastIndexOf('\n'), reason);
  }

  private static JsltFault fault(String source, String text, JsltException e) {
    String file = e.getSource() == null ? source : e.getSource();
    String message = e.getMessageWithoutLocation();
    Matcher encountered = ENCOUNTERED.matcher(message);
    if (encountered.find()) {
      String what =
          encountered.group(1) == null
              ? "it ends where more must come"
              : "unexpected " + encountered.group(1);
      return new JsltFault(
          file,
          Math.max(1, Integer.parseInt(encountered.group(2))),
          Math.max(1, Integer.parseInt(encountered.group(3))),
          what);
    }
    Matcher lexical = LEXICAL.matcher(message);
    if (lexical.find()) {
      String what =
          lexical.group(3).startsWith("<EOF>")
              ? "a text is not closed with \""
              : "unexpected " + lexical.group(3).replaceAll(" .*", "");
      return new JsltFault(
          file, Integer.parseInt(lexical.group(1)), Integer.parseInt(lexical.group(2)), what);
    }
    Matcher notThere = NOT_THERE.matcher(message);
    if (notThere.find()) {
      int at = text.indexOf('"' + notThere.group(1) + '"');
      return at(
          source,
          text,
          Math.max(0, at),
          "it imports " + notThere.group(1) + ", and there is no such file under mappings");
    }
    return new JsltFault(file, Math.max(0, e.getLine()), Math.max(0, e.getColumn()), message);
  }
}
