package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes a tree as JSON in UTF-8 without a space. Writing is a third of what a form costs, and half
 * of a document are names, which are always the same: they are encoded once, and plain texts are
 * looked through eight bytes at a time. Half a surrogate pair, which no UTF-8 can hold, is written
 * as an escape; a number that JSON can't hold, as a text.
 */
final class DocumentWriter {
  /** Names come from outside too: what is remembered of them must end somewhere. */
  private static final int REMEMBERED = 10_000;

  private static final Map<String, byte[]> NAMES = new ConcurrentHashMap<>();

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGH = 0x8080_8080_8080_8080L;

  private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);

  /** The usual document fits. */
  private static final int USUAL = 8_192;

  /** A larger buffer than this is for one document alone. */
  private static final int KEPT = 1 << 20;

  /** A worker writes one document after the other: zeroing a buffer for each would cost more. */
  private static final ThreadLocal<byte[]> BUFFER = ThreadLocal.withInitial(() -> new byte[USUAL]);

  private byte[] bytes;
  private int at;

  private DocumentWriter(byte[] buffer) {
    this.bytes = buffer;
  }

  static byte[] write(JsonNode tree) {
    DocumentWriter writer = new DocumentWriter(BUFFER.get());
    writer.value(tree);
    if (writer.bytes.length <= KEPT) {
      BUFFER.set(writer.bytes);
    }
    return writer.written();
  }

  private byte[] written() {
    return Arrays.copyOf(bytes, at);
  }

  private void value(JsonNode value) {
    if (value instanceof TextNode text) {
      text(text.textValue());
    } else if (value instanceof ObjectNode object) {
      object(object);
    } else if (value instanceof ArrayNode array) {
      array(array);
    } else if (value.isFloatingPointNumber()
        && !value.isBigDecimal()
        && !Double.isFinite(value.doubleValue())) {
      text(value.asText());
    } else {
      // true, false, null and numbers
      copy((value.isNull() ? "null" : value.asText()).getBytes(ISO_8859_1));
    }
  }

  private void object(ObjectNode object) {
    put('{');
    boolean first = true;
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      if (!first) {
        put(',');
      }
      first = false;
      copy(name(property.getKey()));
      value(property.getValue());
    }
    put('}');
  }

  private void array(ArrayNode array) {
    put('[');
    for (int i = 0; i < array.size(); i++) {
      if (i > 0) {
        put(',');
      }
      value(array.get(i));
    }
    put(']');
  }

  /** A property's name with what stands around it. */
  private static byte[] name(String name) {
    byte[] known = NAMES.get(name);
    if (known != null) {
      return known;
    }
    DocumentWriter writer = new DocumentWriter(new byte[name.length() + 3]);
    writer.text(name);
    writer.put(':');
    byte[] written = writer.written();
    if (NAMES.size() < REMEMBERED) {
      NAMES.put(name, written);
    }
    return written;
  }

  private void text(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    put('"');
    if (utf8.length == text.length() && isPlain(utf8)) {
      copy(utf8);
    } else {
      escaped(text);
    }
    put('"');
  }

  /**
   * Whether nothing of it needs an escape. A question mark may stand for half a surrogate pair, so
   * that it is no plain text either.
   */
  private static boolean isPlain(byte[] ascii) {
    int i = 0;
    for (; i + 8 <= ascii.length; i += 8) {
      long eight = (long) EIGHT.get(ascii, i);
      long control = (eight - ONES * 0x20) & ~eight;
      long special =
          zeros(eight ^ ONES * '"') | zeros(eight ^ ONES * '\\') | zeros(eight ^ ONES * '?');
      if (((control | special | eight) & HIGH) != 0) {
        return false;
      }
    }
    for (; i < ascii.length; i++) {
      byte one = ascii[i];
      if (one < 0x20 || one == '"' || one == '\\' || one == '?') {
        return false;
      }
    }
    return true;
  }

  /** A high bit where a byte is zero, and maybe in bytes above it. */
  private static long zeros(long eight) {
    return (eight - ONES) & ~eight;
  }

  private void escaped(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char character = text.charAt(i);
      ensure(6);
      if (character == '"' || character == '\\') {
        bytes[at++] = '\\';
        bytes[at++] = (byte) character;
      } else if (character < 0x20) {
        control(character);
      } else if (character < 0x80) {
        bytes[at++] = (byte) character;
      } else if (character < 0x800) {
        bytes[at++] = (byte) (0xC0 | character >> 6);
        continuation(character);
      } else if (!Character.isSurrogate(character)) {
        bytes[at++] = (byte) (0xE0 | character >> 12);
        continuation(character >> 6);
        continuation(character);
      } else if (Character.isHighSurrogate(character)
          && i + 1 < length
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(character, text.charAt(++i));
        bytes[at++] = (byte) (0xF0 | point >> 18);
        continuation(point >> 12);
        continuation(point >> 6);
        continuation(point);
      } else {
        hex(character);
      }
    }
  }

  private void control(char character) {
    int known = "\b\t\n\f\r".indexOf(character);
    if (known < 0) {
      hex(character);
    } else {
      bytes[at++] = '\\';
      bytes[at++] = (byte) "btnfr".charAt(known);
    }
  }

  private void continuation(int bits) {
    bytes[at++] = (byte) (0x80 | bits & 0x3F);
  }

  private void hex(char character) {
    bytes[at++] = '\\';
    bytes[at++] = 'u';
    for (int shift = 12; shift >= 0; shift -= 4) {
      bytes[at++] = HEX[character >> shift & 0xF];
    }
  }

  private void copy(byte[] from) {
    ensure(from.length);
    System.arraycopy(from, 0, bytes, at, from.length);
    at += from.length;
  }

  private void put(char character) {
    ensure(1);
    bytes[at++] = (byte) character;
  }

  private void ensure(int more) {
    if (bytes.length - at < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + more));
    }
  }
}
