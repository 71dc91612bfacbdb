package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/** The vendor form's lines while they are written. */
final class VendorLines {
  /** What an envelope takes beside the record, roughly; only saves growing. */
  private static final int USUAL_ENVELOPE = 1000;

  private final RecordBatch batch;
  private final byte[] page;
  private final int[] ends;
  private final int[] ordinals;
  private byte[] bytes;
  private int length;
  private int count;
  private int ordinal;

  VendorLines(RecordBatch batch, int lines) {
    this.batch = batch;
    page = batch.page();
    ends = new int[lines];
    ordinals = new int[lines];
    // what the records take, in proportion to the page; at least something
    long share = (long) batch.length() * lines / Math.max(1, batch.size());
    bytes = new byte[(int) Math.min(share + (long) lines * USUAL_ENVELOPE, Integer.MAX_VALUE / 2)];
  }

  /** Begins the line of a record. */
  void begin(int record) {
    ordinal = record;
    room(1);
    bytes[length++] = '{';
  }

  /** Writes the key and its value as a string, with a comma; nothing where there is no value. */
  void key(VendorForm.Key key) {
    byte[] constant = key.source().text();
    int slot = constant == null ? slot(key.source()) : -1;
    if (constant == null && slot < 0) {
      return;
    }
    text(key.name());
    if (constant != null) {
      text(constant);
    } else {
      int start = batch.valueStart(ordinal, slot);
      int end = batch.valueEnd(ordinal, slot);
      boolean quote = page[start] != '"';
      room(end - start + 2);
      if (quote) {
        bytes[length++] = '"';
      }
      System.arraycopy(page, start, bytes, length, end - start);
      length += end - start;
      if (quote) {
        bytes[length++] = '"';
      }
    }
    comma();
  }

  /** Whether the key's value is 0, as a number or a string. */
  boolean isZero(VendorForm.Key key) {
    int slot = slot(key.source());
    if (slot < 0) {
      return false;
    }
    int start = batch.valueStart(ordinal, slot);
    int size = batch.valueEnd(ordinal, slot) - start;
    return (size == 1 && page[start] == '0')
        || (size == 3 && page[start] == '"' && page[start + 1] == '0');
  }

  /** Writes the first number among the source's slots as Graph wrote it, or 0, and a comma. */
  void numberOrZero(Envelope.Source source) {
    for (int slot : source.slots()) {
      if (batch.has(ordinal, slot)) {
        int start = batch.valueStart(ordinal, slot);
        if (page[start] == '-' || (page[start] >= '0' && page[start] <= '9')) {
          copy(page, start, batch.valueEnd(ordinal, slot));
          comma();
          return;
        }
      }
    }
    number(0);
    comma();
  }

  void number(int value) {
    if (value >= 0 && value <= 9) {
      room(1);
      bytes[length++] = (byte) ('0' + value);
    } else {
      text(Integer.toString(value).getBytes(US_ASCII));
    }
  }

  /** Writes JSON as it is. */
  void text(byte[] json) {
    copy(json, 0, json.length);
  }

  /** Writes the record on one line and ends the line. */
  void recordAndEnd() {
    int from = length;
    copy(page, batch.start(ordinal), batch.end(ordinal));
    if (batch.hasLineBreaks(ordinal)) {
      for (int i = from; i < length; i++) {
        // JSON has no line breaks inside its tokens
        if (bytes[i] == '\n' || bytes[i] == '\r') {
          bytes[i] = ' ';
        }
      }
    }
    room(2);
    bytes[length++] = '}';
    bytes[length++] = '\n';
    ends[count] = length;
    ordinals[count++] = ordinal;
  }

  FormLines done() {
    return new FormLines(bytes, length, ends, ordinals);
  }

  /** The first of the source's slots that has a value; -1 where none has. */
  private int slot(Envelope.Source source) {
    for (int slot : source.slots()) {
      if (batch.has(ordinal, slot)) {
        return slot;
      }
    }
    return -1;
  }

  private void comma() {
    room(1);
    bytes[length++] = ',';
  }

  private void copy(byte[] from, int start, int end) {
    room(end - start);
    System.arraycopy(from, start, bytes, length, end - start);
    length += end - start;
  }

  private void room(int more) {
    if (more > bytes.length - length) {
      int needed = Math.addExact(length, more);
      bytes = Arrays.copyOf(bytes, (int) Math.min(needed + needed / 2L, Integer.MAX_VALUE - 8L));
    }
  }
}
