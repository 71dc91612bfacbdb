package io.entrarelay.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A record as it left in vendor form.
 *
 * @param sha256 of the bytes of {@code properties}, which are Graph's own
 */
record VendorLine(String tenantId, String report, String id, String sha256) {
  private static final byte[] PROPERTIES = ",\"properties\":".getBytes(UTF_8);

  /** Takes whatever a record may hold: a receiver that refuses a poison record would hide it. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(Integer.MAX_VALUE)
                      .maxNumberLength(Integer.MAX_VALUE)
                      .maxStringLength(Integer.MAX_VALUE)
                      .maxNameLength(Integer.MAX_VALUE)
                      .build())
              .build());

  /** Reads a line without its end; null where it is not a whole line of the vendor form. */
  static @Nullable VendorLine read(byte[] line) {
    int at = indexOf(line, PROPERTIES);
    if (at < 0 || line[line.length - 1] != '}') {
      return null;
    }
    int from = at + PROPERTIES.length;
    try {
      JsonNode envelope = JSON.readTree((new String(line, 0, at, UTF_8) + "}"));
      byte[] properties = Arrays.copyOfRange(line, from, line.length - 1);
      return new VendorLine(
          envelope.path("tenantId").asText(),
          envelope.path("relay").path("report").asText(),
          id(properties),
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(properties)));
    } catch (IOException e) {
      return null;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without a tree: each record is read once for each sink. */
  private static String id(byte[] record) throws IOException {
    String id = "";
    try (JsonParser parser = JSON.createParser(record)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals("id");
        parser.nextToken();
        id = found ? parser.getText() : id;
        parser.skipChildren();
      }
      return id;
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }
}
