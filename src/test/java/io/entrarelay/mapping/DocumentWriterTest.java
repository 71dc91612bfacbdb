package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentWriterTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();

  private static String written(JsonNode tree) {
    return new String(DocumentWriter.write(tree), UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"a\":[],\"b\":{},\"c\":[1,[true,false,null]]}",
        "[0,-1,12345678901234567890123456789,1.5,1E+400,150.0]",
        "{\"quote \\\" \\\\ \\n\":\"\\u0001\\u001f\\b\\f\\r\\t\\n / ? \\u007f\"}",
        "[\"1234567\\\"\",\"12345678\\\"\",\"12345678?\",\"日本語\",\"😀 é\",\"ÿ\"]",
      })
  void writesWhatJacksonWrites(String json) throws IOException {
    byte[] bytes = json.getBytes(UTF_8);
    JsonNode tree = Jslt.tree(bytes, 0, bytes.length);
    assertThat(written(tree)).isEqualToIgnoringCase(JACKSON.writeValueAsString(tree));
    assertThat(JACKSON.readTree(written(tree))).isEqualTo(JACKSON.readTree(json));
  }

  /** Names and texts of any characters, at any place of the eight that are looked at together. */
  @Property(tries = 2000)
  void whatIsReadAgainIsTheSame(@ForAll @StringLength(max = 40) String any, @ForAll byte filler)
      throws IOException {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("a".repeat(Math.abs(filler % 9)) + any, any + "b".repeat(Math.abs(filler % 9)));
    assertThat(JACKSON.readTree(DocumentWriter.write(tree))).isEqualTo(tree);
  }

  @Test
  void everyCharacterIsReadAgain() throws IOException {
    for (int character = 0; character <= 0xFFFF; character += character < 0x3000 ? 1 : 0x101) {
      ObjectNode tree = JsonNodeFactory.instance.objectNode().put("x", "1234" + (char) character);
      assertThat(JACKSON.readTree(DocumentWriter.write(tree))).isEqualTo(tree);
    }
  }

  @Test
  void aNumberThatIsNoneIsAText() {
    assertThat(written(DoubleNode.valueOf(Double.NaN))).isEqualTo("\"NaN\"");
    assertThat(written(DoubleNode.valueOf(Double.NEGATIVE_INFINITY))).isEqualTo("\"-Infinity\"");
  }

  @Test
  void aLongDocumentIsWhole() throws IOException {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < 1_000; i++) {
      tree.put("name" + i, "é\"".repeat(i));
    }
    assertThat(JACKSON.readTree(DocumentWriter.write(tree))).isEqualTo(tree);
  }
}
