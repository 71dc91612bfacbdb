package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTableTest {
  private static final Map<String, JsonNode> VARIABLES =
      Jslt.variables("contoso", "signIns", "7f3f", Instant.EPOCH, 0);

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path root;

  @BeforeEach
  void mapping() throws IOException {
    Files.createDirectories(root.resolve("lib"));
    Files.createDirectories(root.resolve("short"));
    Files.writeString(
        root.resolve("short/signIns.jslt"),
        """
        import "lib/assets.csv" as assets
        {"asset": assets:row(.device)}
        """);
  }

  private Mapping compile(String csv, Charset charset) throws IOException, JsltFault {
    Files.write(root.resolve("lib/assets.csv"), csv.getBytes(charset));
    return Mappings.compile(root, root.resolve("short/signIns.jslt"));
  }

  private String row(String csv, String device) throws Exception {
    byte[] record = ("{\"device\":" + device + "}").getBytes(UTF_8);
    byte[] document = compile(csv, UTF_8).map(Jslt.tree(record, 0, record.length), VARIABLES);
    return new String(document, UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"PC-1\" | {\"asset\":{\"device\":\"PC-1\",\"owner\":\"Zoë, Finance\",\"level\":\"3\"}}",
        "\"PC-2\" | {\"asset\":{\"device\":\"PC-2\",\"owner\":\"a \\\"b\\\"\"}}",
        "\"PC-3\" | {\"asset\":{\"device\":\"PC-3\"}}",
        "7 | {\"asset\":{\"device\":\"7\",\"level\":\"1\"}}",
        "\"pc-1\" | {}",
        "null | {}",
        "{\"x\":1} | {}",
      })
  void looksUpByTheFirstColumn(String device, String document) throws Exception {
    String csv =
        """
        \uFEFFdevice,owner,level
        PC-1,"Zoë, Finance", 3

        PC-2,"a ""b""\",
        PC-3
        7,,1
        """;
    assertThat(row(csv, device)).isEqualTo(document);
    assertThat(row(csv.replace("\n", "\r\n"), device)).isEqualTo(document);
  }

  @Test
  void mayBeLong() throws Exception {
    StringBuilder csv = new StringBuilder("device,owner\n");
    for (int i = 0; i < 100_000; i++) {
      csv.append("PC-").append(i).append(",owner ").append(i).append('\n');
    }
    assertThat(row(csv.toString(), "\"PC-99999\"")).contains("owner 99999");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "'' | , row 1: it needs a key and at least one more column, separated by commas",
        "device;owner | , row 1: it needs a key and at least one more column, separated by commas",
        "device,,x | , row 1: a column's name is empty",
        "device,x,x | , row 1: a column's name is there twice: x",
        "device,x/a,1/b,1,2 | , row 3: it has more cells than there are columns",
        "device,x/a,1/a,2 | , row 3: its key is there twice: a",
        "device,x/,2 | , row 2: its key is empty",
      })
  void whatIsNoTableIsToldWithTheMappingThatImportsIt(String csv, String message) {
    assertThatThrownBy(() -> compile(csv.replace('/', '\n'), UTF_8))
        .isInstanceOf(JsltFault.class)
        .hasMessage(
            root.resolve("short/signIns.jslt") + ": " + root.resolve("lib/assets.csv") + message);
  }

  @Test
  void whatIsNoUtf8IsTold() {
    assertThatThrownBy(() -> compile("device,owner\nPC-1,Zoë\n", ISO_8859_1))
        .isInstanceOf(JsltFault.class)
        .hasMessageContaining(root.resolve("lib/assets.csv") + " can't be read as CSV in UTF-8");
  }
}
