package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.JsltException;
import com.schibsted.spt.data.jslt.impl.FileSystemResourceResolver;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionsTest {
  private static String of(String expression, String input) throws Exception {
    byte[] bytes = input.getBytes(UTF_8);
    return Jslt.compile("x", expression, null).apply(Jslt.tree(bytes, 0, bytes.length)).toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "null | null",
        "\"\" | null",
        "\"null\" | null",
        "[] | null",
        "{} | null",
        "\"00000000-0000-0000-0000-000000000000\" | null",
        "\"00000000-0000-0000-0000-000000000001\" | \"00000000-0000-0000-0000-000000000001\"",
        "false | false",
        "0 | 0",
        "\" \" | \" \"",
        "{\"a\":[\"\",{\"b\":null}],\"c\":[0,null,1]} | {\"c\":[0,1]}",
        "[[],[{}]] | null",
      })
  void presentLeavesOutWhatIsAbsent(String input, String expected) throws Exception {
    assertThat(of("present(.)", input)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "203.0.113.10 | {\"ip\":\"203.0.113.10\"}",
        "203.0.113.10:52113 | {\"ip\":\"203.0.113.10\",\"port\":52113}",
        "2001:db8::5 | {\"ip\":\"2001:db8::5\"}",
        "[2001:db8::5] | {\"ip\":\"2001:db8::5\"}",
        "[2001:db8::5]:443 | {\"ip\":\"2001:db8::5\",\"port\":443}",
        ":: | {\"ip\":\"::\"}",
        "::1 | {\"ip\":\"::1\"}",
        "1:: | {\"ip\":\"1::\"}",
        "1:2:3:4:5:6:7:8 | {\"ip\":\"1:2:3:4:5:6:7:8\"}",
        "1:2:3:4:5:6:7:: | {\"ip\":\"1:2:3:4:5:6:7::\"}",
        "::ffff:192.0.2.1 | {\"ip\":\"::ffff:192.0.2.1\"}",
        "1:2:3:4:5:6:192.0.2.1 | {\"ip\":\"1:2:3:4:5:6:192.0.2.1\"}",
        "'' | null",
        "203.0.113.xxx | null",
        "203.0.113 | null",
        "203.0.113.256 | null",
        "203.0.113.10.9 | null",
        "203.0.113.10: | null",
        "203.0.113.10:70000 | null",
        "203.0.113.10:x | null",
        "1:2:3:4:5:6:7 | null",
        "1:2:3:4:5:6:7:8:9 | null",
        "1::2::3 | null",
        "1:2:3:4:5:6:7:8:: | null",
        "12345::1 | null",
        "fe80::1%eth0 | null",
        ": | null",
        "1: | null",
        "[::1]x | null",
        "[::1]:x | null",
        "[::1 | null",
        "[192.0.2.1]:80 | null",
        "host.example | null",
      })
  void addressesAreIpsWithOrWithoutAPort(String text, String expected) throws Exception {
    assertThat(of("address(.a)", "{\"a\":\"" + text + "\"}")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"2026-05-01T10:05:00.1234567Z\" | [1777629900123,1777629900123456]",
        "\"2026-05-01T10:05:00Z\" | [1777629900000,1777629900000000]",
        "\"2026-05-01T10:05:00.5Z\" | [1777629900500,1777629900500000]",
        "\"2026-05-01T10:05:00.1234+02:00\" | [1777622700123,1777622700123400]",
        "\"2026-05-01\" | [null,null]",
        "\"yesterday\" | [null,null]",
        "17 | [null,null]",
        "null | [null,null]",
      })
  void timesAreCountedFrom1970(String time, String expected) throws Exception {
    assertThat(of("[epoch-milliseconds(.), epoch-microseconds(.)]", time)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"x\" | \"x\"",
        "\"\\\"x\\\"\" | \"x\"",
        "\"[true]\" | [true]",
        "\"[{\\\"a\\\":\\\"\\\",\\\"b\\\":1}]\" | [{\"b\":1}]",
        "\"[]\" | null",
        "\"null\" | null",
        "\"\\\"\\\"\" | null",
        "\"False\" | \"False\"",
        "\"false\" | false",
        "\"007\" | \"007\"",
        "\"2026-05-01\" | \"2026-05-01\"",
        "\"[PIM] activated\" | \"[PIM] activated\"",
        "\"{a} {b}\" | \"{a} {b}\"",
        "{\"a\":\"\"} | null",
        "null | null",
      })
  void textsOfJsonAreParsed(String input, String expected) throws Exception {
    assertThat(of("parse-json(.)", input)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"2026-05-01T10:05:00.1234567Z\" | \"2026-05-01T10:05:00.123Z\"",
        "\"2026-05-01T12:05:00+02:00\" | \"2026-05-01T10:05:00.000Z\"",
        "\"yesterday\" | null",
        "17 | null",
        "null | null",
      })
  void timesAreWrittenInUtc(String time, String expected) throws Exception {
    assertThat(of("utc(.)", time)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "{\"userPrincipalName\":1,\"ID\":2} | {\"user_principal_name\":1,\"id\":2}",
        "{\"riskEventTypes_v2\":[{\"aB\":\"\",\"cD\":false}]} | {\"risk_event_types_v2\":[{\"c_d\":false}]}",
        "{\"userId\":1,\"userID\":2} | {\"user_id\":1,\"userID\":2}",
        "{\"userId\":1,\"user_id\":2} | {\"userId\":1,\"user_id\":2}",
        "{\"a\":{\"b\":null},\"c\":[[]]} | null",
        "\"aB\" | \"aB\"",
        "null | null",
      })
  void namesAreWrittenInSnakeCase(String input, String expected) throws Exception {
    assertThat(of("snake-case(.)", input)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"1E400,1E+400", "0.10,0.10", "52.090000000000000001,52.090000000000000001"})
  void aNumberKeepsItsDigits(String input, String expected) throws Exception {
    assertThat(of(".", input)).isEqualTo(expected);
  }

  private static final String SHAPE =
      """
      let shape = {"id": "text", "kept": "text, kept", "n": "integer", "on": "boolean",
        "at": "time", "ip": "address", "x": "number", "names": "texts",
        "in": {"a": "text"}, "each": [{"a": "text"}]}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "{\"id\":\"i\",\"other\":1} | {\"id\":\"i\"} | {\"other\":1}",
        "{\"id\":7,\"in\":\"i\",\"each\":{}} | {} | {\"id\":7,\"in\":\"i\"}",
        "{\"id\":\"\",\"n\":null,\"other\":[\"\"]} | {} | {}",
        "{\"kept\":\"k\"} | {\"kept\":\"k\"} | {\"kept\":\"k\"}",
        "{\"n\":\"64500\",\"x\":0} | {\"n\":64500,\"x\":0} | {}",
        "{\"n\":\"6x\",\"on\":\"true\",\"x\":\"1\"} | {} | {\"n\":\"6x\",\"on\":\"true\",\"x\":\"1\"}",
        "{\"on\":false,\"n\":0} | {\"on\":false,\"n\":0} | {}",
        "{\"n\":9223372036854775808} | {} | {\"n\":9223372036854775808}",
        "{\"at\":\"2026-05-01T10:05Z\"} | {\"at\":\"2026-05-01T10:05Z\"} | {}",
        "{\"at\":\"then\"} | {} | {\"at\":\"then\"}",
        "{\"ip\":\"192.0.2.1:1\"} | {\"ip\":{\"ip\":\"192.0.2.1\",\"port\":1}} | {}",
        "{\"ip\":\"192.0.2.x\"} | {} | {\"ip\":\"192.0.2.x\"}",
        "{\"names\":[\"a\",\"\"]} | {\"names\":[\"a\"]} | {}",
        "{\"names\":[\"a\",1]} | {} | {\"names\":[\"a\",1]}",
        "{\"in\":{\"a\":\"x\",\"b\":1}} | {\"in\":{\"a\":\"x\"}} | {\"in\":{\"b\":1}}",
        "{\"each\":[{\"a\":\"x\"},{\"a\":\"y\"}]} | {\"each\":[{\"a\":\"x\"},{\"a\":\"y\"}]} | {}",
        "{\"each\":[{\"a\":\"x\"},{\"b\":1}]} | {\"each\":[{\"a\":\"x\"}]} | {\"each\":[{\"a\":\"x\"},{\"b\":1}]}",
        "{\"each\":[\"x\",{\"a\":\"x\"}]} | {\"each\":[{\"a\":\"x\"}]} | {\"each\":[\"x\",{\"a\":\"x\"}]}",
        "null | {} | {}",
      })
  void aShapeIsTakenAndTheRestIsLeft(String input, String picked, String omitted) throws Exception {
    assertThat(of(SHAPE + "[pick(., $shape), omit(., $shape)]", input))
        .isEqualTo("[" + picked + "," + omitted + "]");
    assertThat(of(SHAPE + "divide(., $shape) | [.picked, .rest]", input))
        .isEqualTo("[" + picked + "," + omitted + "]");
  }

  @Test
  void whatHadNoPlaceAfterAllIsLeftToo() throws Exception {
    assertThat(
            of(
                SHAPE + "omit(., $shape, {\"id\": .id, \"in\": .in})",
                "{\"id\":\"i\",\"in\":{\"b\":1}}"))
        .isEqualTo("{\"in\":{\"b\":1},\"id\":\"i\"}");
  }

  @Test
  void aShapeWithAnUnknownTypeSaysSo() {
    assertThatThrownBy(() -> of("pick(., {\"id\": \"txt\"})", "{\"id\":\"i\"}"))
        .isInstanceOf(JsltException.class)
        .hasMessage("a shape has the type \"txt\"; there is no such type");
  }

  /** A table is one object for all records, or each record would pay for it. */
  @Test
  void aTableIsMadeOnce() throws Exception {
    Expression expression =
        Jslt.compile(
            "x",
            "import \"lib/audit-activities.json\" as table  table(.)",
            new FileSystemResourceResolver(Path.of("routes/mappings").toFile()));
    JsonNode table = expression.apply(null);
    assertThat(table.get("add user").get("class").intValue()).isEqualTo(3001);
    assertThat(expression.apply(null)).isSameAs(table);
  }
}
