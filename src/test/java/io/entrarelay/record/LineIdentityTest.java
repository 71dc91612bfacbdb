package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The id and the revision of a line, as it was written, and as a route may have changed it. */
class LineIdentityTest {
  private static LineIdentity of(String line) {
    byte[] bytes = ("\n" + line + "\n").getBytes(UTF_8);
    return LineIdentity.ofVendor(bytes, 1, bytes.length - 1);
  }

  static Stream<Path> goldens() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/resources/golden/vendor"))) {
      return files
          .filter(file -> file.endsWith("expected.ndjson"))
          .filter(file -> !file.toString().contains("duplicate-keys"))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyVendorLineTells(Path golden) throws IOException {
    for (String line : Files.readAllLines(golden)) {
      var tree = Jackson.tree(line);
      String id = tree.at("/properties/id").asText();
      LineIdentity identity = of(line);
      assertThat(identity.revision()).isEqualTo(tree.at("/relay/revision").asInt());
      assertThat(identity.id()).isEqualTo(id.isEmpty() ? null : id);
    }
  }

  @Test
  void aTextThatLooksLikeTheEnvelopeIsAText() {
    String looks =
        ",\\\"relay\\\":{\\\"integration\\\":\\\"x\\\",\\\"revision\\\":7},\\\"properties\\\":{\\\"id\\\":\\\"no\\\"";
    assertThat(
            of(
                "{\"operationName\":\""
                    + looks
                    + "\",\"relay\":{\"integration\":\"contoso\",\"revision\":12},\"properties\":{\"id\":\"yes\"}}"))
        .isEqualTo(new LineIdentity("yes", 12));
  }

  @Test
  void ofAnIdThatComesTwiceTheFirstIsTaken() {
    // the seen set takes the last; Graph writes none twice, and the whole record would have to be
    // read
    assertThat(
            of(
                "{\"a\":1,\"relay\":{\"integration\":\"c\",\"revision\":0},\"properties\":{\"id\":\"d1\",\"id\":\"d2\"}}"))
        .isEqualTo(new LineIdentity("d1", 0));
  }

  @Test
  void otherOrdersAndEscapesAreRead() {
    assertThat(
            of(
                "{ \"properties\": {\"a\":{\"id\":\"not this\"},\"id\":\"\\u0061b\"}, \"relay\":{\"revision\":1}}"))
        .isEqualTo(new LineIdentity("ab", -1));
    assertThat(
            of(
                "{\"a\":1,\"relay\":{\"integration\":\"c\",\"revision\":3},\"properties\":{\"x\":[{\"id\":\"no\"}],\"id\":\"b\\\"c\"}}"))
        .isEqualTo(new LineIdentity("b\"c", 3));
  }

  @Test
  void whatDoesNotTellIsUnknown() {
    for (String line :
        List.of(
            "",
            "no JSON",
            "[1]",
            "{}",
            "{\"properties\":{\"id\":7}}",
            "{\"properties\":{\"id\":\"\"}}",
            "{\"properties\":[\"id\"]}",
            "{\"a\":1,\"relay\":{\"integration\":\"c\",\"revision\":")) {
      assertThat(of(line)).as(line).isEqualTo(LineIdentity.UNKNOWN);
    }
  }

  /** Jackson's own reading. */
  private static final class Jackson {
    static com.fasterxml.jackson.databind.JsonNode tree(String line) throws IOException {
      return new com.fasterxml.jackson.databind.ObjectMapper().readTree(line);
    }
  }
}
