package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/**
 * Which records a page's lines are, in the lines' order. Stored as lines, too: the revision, a
 * blank, and the id in JSON as Graph wrote it; what isn't known is missing.
 *
 * <pre>{@code
 * 0 "66ea54eb-6301-4ee5-be62-ff5a759b0100"
 * }</pre>
 */
final class RecordIds {
  private static final int USUAL = "0 \"66ea54eb-6301-4ee5-be62-ff5a759b0100\"\n".length();
  private static final byte[] FIRST = {'0', ' '};

  private final FormLines ids;

  RecordIds(FormLines ids) {
    this.ids = ids;
  }

  /**
   * @param records all that are on the lines, and perhaps others, in the lines' order
   * @throws IllegalArgumentException where a line's record is not among them
   */
  static RecordIds of(RecordBatch batch, Selection records, FormLines lines) {
    FormLines.Writer ids = new FormLines.Writer(lines.size(), lines.size() * USUAL);
    int slot = batch.envelope().idSlot();
    int at = 0;
    for (int line = 0; line < lines.size(); line++) {
      int ordinal = lines.ordinal(line);
      while (at < records.size() && records.ordinal(at) != ordinal) {
        at++;
      }
      if (at == records.size()) {
        throw new IllegalArgumentException("line " + line + " is of record " + ordinal);
      }
      revision(records.revision(at), ids);
      if (batch.has(ordinal, slot)) {
        ids.add(batch.page(), batch.valueStart(ordinal, slot), batch.valueEnd(ordinal, slot));
      }
      ids.end(line);
    }
    return new RecordIds(ids.done());
  }

  static RecordIds of(List<LineIdentity> identities) {
    FormLines.Writer ids = new FormLines.Writer(identities.size(), identities.size() * USUAL);
    for (LineIdentity identity : identities) {
      revision(identity.revision(), ids);
      if (identity.id() != null) {
        byte[] id = Envelope.quoted(identity.id());
        ids.add(id, 0, id.length);
      }
      ids.end(ids.size());
    }
    return new RecordIds(ids.done());
  }

  private static void revision(int revision, FormLines.Writer ids) {
    if (revision > 0) {
      byte[] digits = Integer.toString(revision).getBytes(UTF_8);
      ids.add(digits, 0, digits.length);
    }
    ids.add(FIRST, revision == 0 ? 0 : 1, 2);
  }

  /** As they are stored. */
  FormLines lines() {
    return ids;
  }

  /** The record on the line that had this number when the ids were noted. */
  LineIdentity get(int line) {
    byte[] bytes = ids.bytes();
    int at = ids.start(line);
    int end = ids.end(line) - 1;
    int revision = bytes[at] == ' ' ? -1 : 0;
    for (; bytes[at] != ' '; at++) {
      revision = revision * 10 + bytes[at] - '0';
    }
    int id = at + 1;
    return new LineIdentity(id == end ? null : text(bytes, id, end), revision);
  }

  /** A scalar's text; Graph's ids have no escapes. */
  private static String text(byte[] bytes, int start, int end) {
    for (int at = start; at < end; at++) {
      if (bytes[at] == '\\') {
        return RecordBatch.decoded(bytes, start, end);
      }
    }
    int quote = bytes[start] == '"' ? 1 : 0;
    return new String(bytes, start + quote, end - start - 2 * quote, UTF_8);
  }
}
