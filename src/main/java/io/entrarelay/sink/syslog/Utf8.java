package io.entrarelay.sink.syslog;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whether bytes are UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF). */
final class Utf8 {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long NOT_ASCII = 0x8080808080808080L;

  private Utf8() {}

  static boolean isValid(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end) {
      if (at + 8 <= end && ((long) EIGHT.get(bytes, at) & NOT_ASCII) == 0) {
        at += 8;
        continue;
      }
      int lead = bytes[at] & 0xFF;
      if (lead < 0x80) {
        at++;
        continue;
      }
      int size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
      if (size == 0 || end - at < size) {
        return false;
      }
      int second = bytes[at + 1] & 0xFF;
      int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
      if (second < least || second > most) {
        return false;
      }
      for (int i = 2; i < size; i++) {
        if ((bytes[at + i] & 0xC0) != 0x80) {
          return false;
        }
      }
      at += size;
    }
    return true;
  }
}
