package io.entrarelay.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tells UTF-8 from what only looks like it: overlong forms, halves of surrogate pairs, code points
 * beyond U+10FFFF, sequences cut short (RFC 3629 section 4). Jackson's parser of bytes lets them
 * pass inside strings, and a receiver would not.
 */
public final class Utf8 {
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private Utf8() {}

  /**
   * Where the bytes stop being UTF-8.
   *
   * @return the offset of the first byte of a sequence that is none; {@code end} where all is well
   */
  public static int malformed(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end) {
      if (bytes[at] >= 0) {
        // most of a page is ASCII
        at += at <= end - 4 * Long.BYTES && isAscii(bytes, at) ? 4 * Long.BYTES : 1;
        continue;
      }
      int length = length(bytes, at, end);
      if (length == 0) {
        return at;
      }
      at += length;
    }
    return end;
  }

  /** Whether the next 32 bytes are ASCII. */
  private static boolean isAscii(byte[] bytes, int at) {
    long all =
        (long) EIGHT_BYTES.get(bytes, at)
            | (long) EIGHT_BYTES.get(bytes, at + Long.BYTES)
            | (long) EIGHT_BYTES.get(bytes, at + 2 * Long.BYTES)
            | (long) EIGHT_BYTES.get(bytes, at + 3 * Long.BYTES);
    return (all & 0x8080808080808080L) == 0;
  }

  /** The length of a sequence of more than one byte; 0 where it is none. */
  private static int length(byte[] bytes, int at, int end) {
    int first = bytes[at] & 0xFF;
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || length > end - at) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    // the narrower second bytes of the RFC's grammar
    int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
