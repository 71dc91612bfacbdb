package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A message read by the grammar of RFC 5424 section 6, which allows less than receivers do.
 *
 * @param utf8 whether the message says, by its byte order mark, that it is UTF-8
 */
record Rfc5424Message(
    int priority,
    String time,
    String host,
    String program,
    String process,
    String messageId,
    Map<String, Map<String, String>> data,
    boolean utf8,
    byte[] message) {
  private static final Pattern HEADER =
      Pattern.compile(
          "<(0|[1-9]\\d{0,2})>1 "
              + "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?:Z|[+-]\\d\\d:\\d\\d)) "
              + "([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) ");

  /** Frames by octet counting, RFC 6587 section 3.4.1. */
  static List<byte[]> frames(byte[] stream) {
    List<byte[]> frames = new ArrayList<>();
    for (int at = 0; at < stream.length; ) {
      int length = 0;
      int digits = 0;
      for (; stream[at] != ' '; at++, digits++) {
        if (stream[at] < '0' || stream[at] > '9' || (digits == 0 && stream[at] == '0')) {
          throw new AssertionError("no length at " + at);
        }
        length = Math.addExact(Math.multiplyExact(length, 10), stream[at] - '0');
      }
      at++;
      if (digits == 0 || length > stream.length - at) {
        throw new AssertionError("a length that is none, or beyond the end: " + length);
      }
      frames.add(Arrays.copyOfRange(stream, at, at + length));
      at += length;
    }
    return frames;
  }

  static Rfc5424Message parse(byte[] frame) {
    Matcher header = HEADER.matcher(new String(frame, ISO_8859_1));
    if (!header.lookingAt() || Integer.parseInt(header.group(1)) > 191) {
      throw new AssertionError("no header: " + new String(frame, UTF_8));
    }
    // one character a byte, so that positions are those of the bytes
    String text = new String(frame, ISO_8859_1);
    int end = StructuredData.end(text, header.end());
    String data = utf8(Arrays.copyOfRange(frame, header.end(), end));
    if (end < frame.length && frame[end] != ' ') {
      throw new AssertionError("no blank behind the structured data");
    }
    byte[] message = Arrays.copyOfRange(frame, Math.min(frame.length, end + 1), frame.length);
    boolean mark =
        message.length >= 3
            && message[0] == (byte) 0xEF
            && message[1] == (byte) 0xBB
            && message[2] == (byte) 0xBF;
    return new Rfc5424Message(
        Integer.parseInt(header.group(1)),
        header.group(2),
        header.group(3),
        header.group(4),
        header.group(5),
        header.group(6),
        StructuredData.parse(data),
        mark,
        mark ? Arrays.copyOfRange(message, 3, message.length) : message);
  }

  /** The bytes as UTF-8 to the letter. */
  static String utf8(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError("no UTF-8", e);
    }
  }

  static boolean isUtf8(byte[] bytes) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
