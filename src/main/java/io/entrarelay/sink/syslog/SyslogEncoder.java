package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.entrarelay.record.LineIdentity;
import io.entrarelay.record.Utf8;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;

/**
 * Writes records as syslog messages (RFC 5424), framed by octet counting (RFC 6587 section 3.4.1,
 * RFC 5425 section 4.3) or one a datagram (RFC 5426 section 3.1):
 *
 * <pre>{@code
 * <84>1 2026-11-22T12:34:56.123456Z relay.example.com entra-relay 4711 signIns [relay@32473
 * integration="contoso" report="signIns" form="vendor" tenantId="…" recordId="…" revision="0"] BOM{…}
 * }</pre>
 *
 * The message is the line, byte for byte, behind a byte order mark, which says that it is UTF-8
 * (section 6.4); a line that is not valid UTF-8 goes without. {@code recordId} and {@code revision}
 * are left out where they aren't known. Where the line tells no time, it is that of the page's
 * reading. 32473 is the enterprise number for documentation (RFC 5612): the project has none of its
 * own.
 *
 * <p>Small messages gather in one buffer, which is used again. Used by one thread.
 */
final class SyslogEncoder {
  /** Takes bytes as they come: a datagram at a time, or as much of a stream as is at hand. */
  interface Output {
    void write(byte[] bytes, int offset, int length) throws IOException;
  }

  /** Is told of a record that is not sent. */
  interface Refusal {
    /**
     * @param identity which record it is
     * @param size of the whole message, bytes
     */
    void refuse(byte[] bytes, int start, int end, LineIdentity identity, long size);
  }

  /** How one message is told from the next. */
  enum Framing {
    OCTET_COUNTING,
    DATAGRAM
  }

  private static final int BUFFER = 256 << 10;
  private static final int LONGEST_COUNT = 11;
  private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};
  private static final byte[] RECORD_ID = " recordId=\"".getBytes(US_ASCII);
  private static final byte[] REVISION = " revision=\"".getBytes(US_ASCII);
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /** The longest of each name in the header, RFC 5424 section 6. */
  private static final int HOSTNAME = 255;

  private static final int APP_NAME = 48;
  private static final int PROCID = 128;
  private static final int MSGID = 32;

  private final Framing framing;
  private final Priority priority;
  private final int limit;
  private final byte[] sender;
  private final RecordFacts facts = new RecordFacts();

  /** Messages that wait to be written together. */
  private final byte[] buffer = new byte[BUFFER];

  private int length;

  /** The header of one message, up to its structured data. */
  private byte[] head = new byte[1024];

  private int headLength;
  private byte[] page = {};
  private byte[] collected = {};

  /**
   * @param hostname of this machine
   * @param process what tells this process from the one before it
   * @param limit the longest message that is sent, bytes, without its frame
   */
  SyslogEncoder(Framing framing, Priority priority, String hostname, String process, int limit) {
    this.framing = framing;
    this.priority = priority;
    this.limit = framing == Framing.DATAGRAM ? Math.min(limit, Datagrams.LARGEST) : limit;
    head(' ');
    name(hostname, HOSTNAME);
    head(' ');
    name("entra-relay", APP_NAME);
    head(' ');
    name(process, PROCID);
    head(' ');
    this.sender = Arrays.copyOf(head, headLength);
  }

  /**
   * Begins a page: what all its messages have in common.
   *
   * @param collectedAt the time of records that tell none
   */
  void begin(String integration, String report, String form, String tenantId, Instant collectedAt) {
    length = 0; // of a page that failed, something may be left
    headLength = 0;
    head(sender);
    name(report, MSGID);
    ascii(" [relay@32473 integration=\"");
    value(integration);
    ascii("\" report=\"");
    value(report);
    ascii("\" form=\"");
    value(form);
    ascii("\" tenantId=\"");
    value(tenantId);
    head('"');
    page = Arrays.copyOf(head, headLength);
    collected = MILLIS.format(collectedAt).getBytes(US_ASCII);
  }

  /**
   * Writes a record's message, or refuses it where it is over the limit. A message that isn't UTF-8
   * goes as it is, but for byte order marks at its front: they would say that it is (RFC 5424
   * section 6.4, MSG-ANY).
   *
   * @param start of the line, inclusive
   * @param end of the line, exclusive, without its line feed
   * @param identity which record it is, whatever the line tells
   */
  void add(byte[] bytes, int start, int end, LineIdentity identity, Output output, Refusal refusal)
      throws IOException {
    facts.read(bytes, start, end);
    header(identity);
    boolean utf8 = Utf8.malformed(bytes, start, end) == end;
    int from = utf8 ? start : afterMarks(bytes, start, end);
    long size = (long) headLength + (utf8 ? BOM.length : 0) + end - from;
    if (size > limit) {
      refusal.refuse(bytes, start, end, identity, size);
      return;
    }
    if (utf8) {
      head(BOM);
    }
    if (framing == Framing.OCTET_COUNTING) {
      // a message that fits goes out in one piece
      if (size + LONGEST_COUNT > BUFFER - length) {
        flush(output);
      }
      count((int) size);
    }
    append(head, 0, headLength, output);
    append(bytes, from, end - from, output);
    if (framing == Framing.DATAGRAM) {
      flush(output);
    }
  }

  private static int afterMarks(byte[] bytes, int start, int end) {
    int at = start;
    while (end - at >= BOM.length
        && Arrays.equals(bytes, at, at + BOM.length, BOM, 0, BOM.length)) {
      at += BOM.length;
    }
    return at;
  }

  /**
   * Why a message is not sent, and what to do.
   *
   * @param size of the message, bytes
   */
  String reason(long size) {
    String over = "the message has " + size + " bytes, more than ";
    return size > Datagrams.LARGEST && framing == Framing.DATAGRAM
        ? over
            + "a datagram holds ("
            + Datagrams.LARGEST
            + "): set relay.sinks.syslog.protocol: tls or tcp, and try it again"
        : over
            + "relay.sinks.syslog.max-size ("
            + limit
            + "): raise it and the receiver's own limit, and try it again";
  }

  /** MSG-LEN and a blank. */
  private void count(int size) {
    int digits = 1;
    for (int rest = size; rest >= 10; rest /= 10) {
      digits++;
    }
    int rest = size;
    for (int at = length + digits - 1; at >= length; at--) {
      buffer[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    buffer[length++] = ' ';
  }

  /** What doesn't fit into the buffer is written from where it is. */
  private void append(byte[] bytes, int offset, int size, Output output) throws IOException {
    if (size > BUFFER - length) {
      flush(output);
    }
    if (size > BUFFER) {
      output.write(bytes, offset, size);
    } else {
      System.arraycopy(bytes, offset, buffer, length, size);
      length += size;
    }
  }

  /** Writes what waits. */
  void flush(Output output) throws IOException {
    int waiting = length;
    length = 0;
    if (waiting > 0) {
      output.write(buffer, 0, waiting);
    }
  }

  private void header(LineIdentity identity) {
    headLength = 0;
    head('<');
    number(priority.of(facts));
    ascii(">1 ");
    if (facts.hasTime()) {
      time(facts.time(), facts.timeLength());
    } else {
      head(collected);
    }
    head(page);
    if (identity.id() != null) {
      head(RECORD_ID);
      value(identity.id());
      head('"');
    }
    if (identity.revision() >= 0) {
      head(REVISION);
      number(identity.revision());
      head('"');
    }
    head(']');
    head(' ');
  }

  /** RFC 5424 section 6.2.3: capital letters, seconds, at most six digits of a second. */
  private void time(byte[] text, int size) {
    int minutes = "2026-11-22T12:34".length();
    for (int i = 0; i < minutes; i++) {
      head(i == 10 ? 'T' : text[i]);
    }
    int at = minutes;
    if (text[at] != ':') {
      ascii(":00");
    } else {
      for (int end = at + 3; at < end; at++) {
        head(text[at]);
      }
      if (text[at] == '.') {
        int most = at + 7;
        for (; isDigit(text[at]) || text[at] == '.'; at++) {
          if (at < most) {
            head(text[at]);
          }
        }
      }
    }
    for (; at < size; at++) {
      head(text[at] == 'z' ? 'Z' : text[at]);
    }
  }

  private static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  /** A name of the header: printable ASCII, no blank, not empty, not too long. */
  private void name(String text, int longest) {
    int size = Math.min(text.length(), longest);
    for (int i = 0; i < size; i++) {
      char each = text.charAt(i);
      head(each > 32 && each < 127 ? each : '_');
    }
    if (size == 0) {
      head('-');
    }
  }

  /**
   * A parameter's value in UTF-8 (RFC 5424 section 6.3.3): quotes, backslashes and closing brackets
   * escaped. Control characters and halves of surrogate pairs, which receivers treat as they like,
   * become U+FFFD.
   */
  private void value(String text) {
    int size = text.length();
    room(size * 3);
    for (int i = 0; i < size; i++) {
      char each = text.charAt(i);
      if (each == '"' || each == '\\' || each == ']') {
        head('\\');
        head(each);
      } else if (each < 32 || (each >= 127 && each < 160)) {
        head(REPLACEMENT);
      } else if (each < 128) {
        head(each);
      } else if (each < 0x800) {
        head(0xC0 | each >> 6);
        head(0x80 | (each & 0x3F));
      } else if (!Character.isSurrogate(each)) {
        head(0xE0 | each >> 12);
        head(0x80 | (each >> 6 & 0x3F));
        head(0x80 | (each & 0x3F));
      } else if (i + 1 < size && Character.isSurrogatePair(each, text.charAt(i + 1))) {
        int point = Character.toCodePoint(each, text.charAt(++i));
        head(0xF0 | point >> 18);
        head(0x80 | (point >> 12 & 0x3F));
        head(0x80 | (point >> 6 & 0x3F));
        head(0x80 | (point & 0x3F));
      } else {
        head(REPLACEMENT);
      }
    }
  }

  private void number(int number) {
    if (number >= 10) {
      number(number / 10);
    }
    head('0' + number % 10);
  }

  private void ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      head(text.charAt(i));
    }
  }

  private void head(byte[] bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, head, headLength, bytes.length);
    headLength += bytes.length;
  }

  private void head(int octet) {
    room(1);
    head[headLength++] = (byte) octet;
  }

  private void room(int more) {
    if (more > head.length - headLength) {
      head = Arrays.copyOf(head, Math.max(head.length * 2, headLength + more));
    }
  }
}
