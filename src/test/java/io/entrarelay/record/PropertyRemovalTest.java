package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyRemovalTest {

  private static String without(String pointer, String... lines) throws IOException {
    FormLines.Writer writer = new FormLines.Writer(lines.length, 0);
    for (int i = 0; i < lines.length; i++) {
      byte[] bytes = lines[i].getBytes(UTF_8);
      writer.add(bytes, 0, bytes.length);
      writer.end(i + 3);
    }
    FormLines removed = new PropertyRemoval(pointer).from(writer.done());
    assertThat(removed.size()).isEqualTo(lines.length);
    assertThat(removed.ordinal(0)).isEqualTo(3);
    return new String(removed.toBytes(), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // first, middle, last, only
        "/a | {\"a\":1,\"b\":2} | {\"b\":2}",
        "/b | {\"a\":1,\"b\":\"x,}\",\"c\":3} | {\"a\":1,\"c\":3}",
        "/c | {\"a\":1,\"c\":{\"d\":[1,{}]}} | {\"a\":1}",
        "/a | {\"a\":null} | {}",
        // below, and not elsewhere
        "/p/a | {\"a\":1,\"p\":{\"b\":{\"a\":2},\"a\":3},\"q\":{\"a\":4}} |"
            + " {\"a\":1,\"p\":{\"b\":{\"a\":2}},\"q\":{\"a\":4}}",
        // not there, or below what is no object
        "/x | {\"a\":1} | {\"a\":1}",
        "/a/b | {\"a\":\"b\"} | {\"a\":\"b\"}",
        "/a/b | {\"a\":null,\"c\":[1]} | {\"a\":null,\"c\":[1]}",
        // twice: side by side, apart, at the end, nothing else
        "/a | {\"a\":1,\"a\":2,\"b\":3} | {\"b\":3}",
        "/a | {\"a\":1,\"b\":3,\"a\":2} | {\"b\":3}",
        "/a | {\"b\":3,\"a\":1,\"a\":2} | {\"b\":3}",
        "/a | {\"a\":1,\"a\":2} | {}",
        // white space, escapes, numbers as they were written
        "/a | { \"b\" : 1.50e3 , \"a\" : 2 } | { \"b\" : 1.50e3 }",
        "/a | { \"a\" : 2 , \"b\" : -0.0 } | { \"b\" : -0.0 }",
        "/ä | {\"\\u00e4\":1,\"b\":\"\\ud800\\/ü\"} | {\"b\":\"\\ud800\\/ü\"}",
        // an escaped pointer, an array's index
        "/a~1b | {\"a/b\":1,\"c\":2} | {\"c\":2}",
        "/l/1/a | {\"l\":[{\"a\":1},{\"a\":2,\"b\":3}]} | {\"l\":[{\"a\":1},{\"b\":3}]}",
        "/l/0 | {\"l\":[1,2]} | {\"l\":[2]}",
      })
  void cutsTheBytesOfThePropertyAlone(String pointer, String line, String expected)
      throws IOException {
    assertThat(without(pointer, line)).isEqualTo(expected + "\n");
  }

  @Test
  void everyLineOfAPage() throws IOException {
    assertThat(without("/a", "{\"a\":1,\"b\":2}", "{\"b\":3}", "{\"b\":4,\"a\":5}"))
        .isEqualTo("{\"b\":2}\n{\"b\":3}\n{\"b\":4}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a", "/a/"})
  void refusesWhatNamesNoProperty(String pointer) {
    assertThatThrownBy(() -> new PropertyRemoval(pointer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'" + pointer + "' is no JSON pointer to a property; write one like /properties/name");
  }

  @Test
  void refusesALineThatIsNoJsonWithoutQuotingIt() {
    assertThatThrownBy(() -> without("/a", "{\"b\":1}", "{\"secret\":"))
        .isInstanceOf(IOException.class)
        .hasMessage("line 2 of the page is not JSON (JsonEOFException)");
  }
}
