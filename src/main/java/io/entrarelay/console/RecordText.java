package io.entrarelay.console;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Any bytes as text that can be shown: what is no UTF-8 becomes U+FFFD, and characters that move,
 * hide or turn others around are written as numbers.
 */
final class RecordText {
  /** Bytes that are shown of a record. */
  static final int MOST = 64 << 10;

  private RecordText() {}

  /** The first {@link #MOST} bytes. */
  static String of(byte[] bytes) {
    String text = new String(bytes, 0, Math.min(bytes.length, MOST), StandardCharsets.UTF_8);
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (isPlain(point)) {
                shown.appendCodePoint(point);
              } else {
                shown.append(String.format(Locale.ROOT, "\\u{%04X}", point));
              }
            });
    return shown.toString();
  }

  private static boolean isPlain(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL -> point == '\n' || point == '\t';
      case Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
