package io.entrarelay.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /** Bytes; longer lines are read for each sink. */
  private static final int LONGEST_KEPT = 16 << 10;

  private static final int MOST_KEPT = 4_000;

  /** What was read last: each sink delivers the same line. */
  private static final Map<ByteBuffer, VendorLine> KEPT =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ByteBuffer, VendorLine> eldest) {
              return size() > MOST_KEPT;
            }
          });

  /** Reads a line without its end; null where it is not a whole line of the vendor form. */
  static @Nullable VendorLine read(byte[] line) {
    if (line.length > LONGEST_KEPT) {
      return parsed(line);
    }
    VendorLine read = KEPT.get(ByteBuffer.wrap(line));
    if (read == null) {
      read = parsed(line);
      if (read != null) {
        KEPT.put(ByteBuffer.wrap(line), read);
      }
    }
    return read;
  }

  private static @Nullable VendorLine parsed(byte[] line) {
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
