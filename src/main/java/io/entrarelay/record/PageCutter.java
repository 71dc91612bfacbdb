package io.entrarelay.record;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import io.entrarelay.record.PageException.Kind;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a page of Graph into its records by one pass of Jackson's streaming parser over the bytes:
 * no trees, and no texts of values that are only copied. Made once for a report; safe for several
 * threads.
 *
 * <p>A page is {@code {"value": [record, …], "@odata.nextLink": "…"}} with annotations around, in
 * any order. A page without records is fine. Where a key comes twice the last one counts, except
 * {@code value}: the records of each are taken, since a record too many is set apart later and one
 * too few would be lost.
 */
public final class PageCutter {
  static final int MAX_DEPTH = 1000;

  /**
   * The house's JSON rules for pages: strict, and no limit on texts, names and numbers but the
   * page's own.
   */
  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private final Envelope envelope;
  private final Hasher64 contentHasher;
  private final Hasher128 idHasher;

  /**
   * @param report what is cut
   * @param seed of the hashes; kept secret with the seen sets, so that nobody can prepare two
   *     records that look the same
   * @throws IllegalArgumentException where the report's definition is faulty; the message names the
   *     report and the key
   */
  public PageCutter(Report report, long seed) {
    envelope = new Envelope(report);
    contentHasher = Hashing.xxh3_64(seed);
    idHasher = Hashing.xxh3_128(seed);
  }

  /**
   * Cuts a page that was read; the batch then owns the body and gives back its memory when it is
   * closed. Where the page can't be cut the memory is given back at once.
   */
  public RecordBatch cut(PageBody body) throws PageException {
    boolean done = false;
    try {
      RecordBatch batch = cut(body.bytes(), body.length());
      batch.body(body);
      done = true;
      return batch;
    } finally {
      if (!done) {
        body.close();
      }
    }
  }

  /**
   * Cuts the first {@code length} bytes of {@code page}, which must stay as they are as long as the
   * batch is in use.
   *
   * @throws PageException where that is no page; nothing of it may then be used
   */
  public RecordBatch cut(byte[] page, int length) throws PageException {
    if (length > PageBody.MAX_BYTES) {
      throw PageBody.tooLarge();
    }
    checkLooksLikeJson(page, length);
    RecordBatch batch = new RecordBatch(page, length, envelope);
    try (JsonParser parser = JSON.createParser(page, 0, length)) {
      if (!(parser instanceof UTF8StreamJsonParser)) {
        throw notUtf8();
      }
      int malformed = Utf8.malformed(page, 0, length);
      checkNames(page, malformed, length);
      cutPage(parser, batch, malformed);
    } catch (JsonEOFException e) {
      throw truncated(batch);
    } catch (StreamConstraintsException e) {
      throw new PageException(
          Kind.TOO_COMPLEX,
          batch.size() - 1,
          String.format(
              "The page nests deeper than %d levels or has names made to slow a reader down, %s.",
              MAX_DEPTH, position(batch)));
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      long offset = location == null ? 0 : location.getByteOffset();
      // a number that stops behind its point is reported at the point
      if (offset >= length || (offset == length - 1 && page[length - 1] == '.')) {
        throw truncated(batch);
      }
      // the parser's own message may quote the record: it is left out, and so is the cause
      throw new PageException(
          Kind.NOT_JSON,
          batch.size() - 1,
          String.format("The page is not valid JSON near byte %d, %s.", offset, position(batch)));
    } catch (CharConversionException e) {
      // its first zeros look like an order of UTF-32's bytes that nobody has
      throw notUtf8();
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory failed.", e);
    }
    return batch;
  }

  private static PageException notUtf8() {
    return new PageException(
        Kind.NOT_JSON, "The page is not JSON in UTF-8, which is all that Graph sends.");
  }

  private static PageException truncated(RecordBatch batch) {
    return new PageException(
        Kind.TRUNCATED,
        batch.size() - 1,
        String.format(
            "The page stops before its end, after %d bytes, %s: the connection broke or a proxy cut"
                + " it.",
            batch.length(), position(batch)));
  }

  private static String position(RecordBatch batch) {
    return batch.size() == 0
        ? "before the first record"
        : "in or after record " + (batch.size() - 1) + " (counted from 0)";
  }

  private static void checkLooksLikeJson(byte[] page, int length) throws PageException {
    int at = 0;
    while (at < length && page[at] <= ' ' && page[at] > 0) {
      at++;
    }
    if (at == length) {
      throw new PageException(Kind.EMPTY, "The page is empty, though Graph answered with success.");
    }
    if (page[at] == '<') {
      throw new PageException(
          Kind.NOT_JSON,
          "The page is HTML or XML where JSON was due: a proxy or a sign-in page may stand between"
              + " here and Graph. See relay.graph.proxy.");
    }
    // bytes beyond ASCII: a byte order mark or another encoding, which the parser tells apart
    if (page[at] > ' ' && page[at] != '{' && page[at] != '[' && page[at] != '"') {
      throw new PageException(
          Kind.NOT_JSON,
          "The page is plain text where JSON was due: a proxy may have answered in Graph's place."
              + " See relay.graph.proxy.");
    }
  }

  /**
   * Refuses the byte 0xFF, which no UTF-8 text has: Jackson fills up the names it knows with it,
   * and so takes a damaged name with such bytes for a good one.
   */
  private static void checkNames(byte[] page, int malformed, int length) throws PageException {
    for (int at = malformed; at < length; at++) {
      if (page[at] == (byte) 0xFF) {
        throw new PageException(
            Kind.NOT_JSON,
            String.format("The page is not valid JSON near byte %d: no UTF-8 text.", at));
      }
    }
  }

  /**
   * @param malformed where the page stops being UTF-8; its length where it doesn't
   */
  private void cutPage(JsonParser parser, RecordBatch batch, int malformed)
      throws IOException, PageException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new PageException(
          Kind.NO_VALUE, "The page is JSON, but no object with an array 'value' of records.");
    }
    boolean hasValue = false;
    String name;
    while ((name = parser.nextFieldName()) != null) {
      JsonToken token = parser.nextToken();
      switch (name) {
        case "value" -> {
          if (token != JsonToken.START_ARRAY) {
            throw new PageException(
                Kind.NO_VALUE, "The page's 'value' is not an array of records.");
          }
          hasValue = true;
          cutRecords(parser, batch, malformed);
        }
        case "@odata.nextLink" -> batch.nextLink(link(parser, token));
        case "error" -> {
          if (token != JsonToken.VALUE_NULL) {
            throw GraphFault.inPage(batch.page(), offset(parser), batch.length(), batch.size());
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new PageException(
          Kind.NOT_JSON, "Something follows after the end of the page's JSON object.");
    }
    if (!hasValue) {
      throw new PageException(
          Kind.NO_VALUE, "The page is a JSON object without the array 'value' of records.");
    }
  }

  /** A link of another type is given on as it is written, for the check of links to refuse it. */
  private static @Nullable String link(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_NULL -> null;
      case START_OBJECT, START_ARRAY -> {
        parser.skipChildren();
        yield "(not a text)";
      }
      default -> {
        String text = parser.getText();
        yield text.isEmpty() ? null : text;
      }
    };
  }

  private void cutRecords(JsonParser parser, RecordBatch batch, int malformed)
      throws IOException, PageException {
    JsonToken token;
    while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
      if (batch.size() == RecordBatch.MAX_RECORDS) {
        throw new PageException(
            Kind.TOO_LARGE,
            String.format(
                "The page holds more than %d records; Graph's pages hold 1000 at most.",
                RecordBatch.MAX_RECORDS));
      }
      if (token != JsonToken.START_OBJECT) {
        cutOther(parser, batch);
        continue;
      }
      cutRecord(parser, batch, malformed);
    }
  }

  private void cutRecord(JsonParser parser, RecordBatch batch, int malformed)
      throws IOException, PageException {
    int ordinal = batch.open();
    JsonLocation first = parser.currentLocation();
    int start = (int) first.getByteOffset() - 1;
    int fault = cutObject(parser, batch, ordinal, envelope.root(), true);
    JsonLocation last = parser.currentLocation();
    int end = (int) last.getByteOffset();
    if (fault >= 0
        && !batch.has(ordinal, envelope.idSlot())
        && !batch.has(ordinal, envelope.timeSlot())) {
      throw GraphFault.inPage(batch.page(), fault, end, ordinal);
    }
    if (end - start > RecordBatch.MAX_RECORD_BYTES) {
      batch.flaw(
          ordinal,
          String.format(
              "it has %d bytes; the most that is taken is %d",
              end - start, RecordBatch.MAX_RECORD_BYTES));
    }
    if (end > malformed) {
      int at = Utf8.malformed(batch.page(), Math.max(start, malformed), end);
      if (at < end) {
        batch.flaw(ordinal, "its byte " + (at - start) + " is no UTF-8, so it is no JSON either");
      }
    }
    batch.bounds(ordinal, start, end, last.getLineNr() != first.getLineNr());
    identify(batch, ordinal, start, end);
  }

  /** Cuts an element that is no object: a record without id and time, with a flaw. */
  private void cutOther(JsonParser parser, RecordBatch batch) throws IOException {
    int ordinal = batch.open();
    JsonLocation first = parser.currentTokenLocation();
    parser.skipChildren();
    parser.finishToken();
    JsonLocation last = parser.currentLocation();
    int start = (int) first.getByteOffset();
    int end = (int) last.getByteOffset();
    batch.flaw(ordinal, "it is no object");
    batch.bounds(ordinal, start, end, last.getLineNr() != first.getLineNr());
    identify(batch, ordinal, start, end);
  }

  /**
   * Notes where the wanted values of an object lie.
   *
   * @return where an object named {@code error} begins in the record itself; -1 where there is none
   */
  private static int cutObject(
      JsonParser parser, RecordBatch batch, int ordinal, Envelope.Property object, boolean isRecord)
      throws IOException {
    int fault = -1;
    String name;
    while ((name = parser.nextFieldName()) != null) {
      Envelope.Property property = object.child(name);
      JsonToken token = parser.nextToken();
      if (property == null) {
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
          if (isRecord && token == JsonToken.START_OBJECT && "error".equals(name)) {
            fault = offset(parser);
          }
          parser.skipChildren();
        }
        continue;
      }
      batch.clear(ordinal, property.firstSlot(), property.endSlot());
      if (token == JsonToken.START_OBJECT && property.hasChildren()) {
        cutObject(parser, batch, ordinal, property, false);
      } else if (token.isScalarValue() && property.slot() >= 0) {
        int start = offset(parser);
        int end = valueEnd(parser, token, batch, start);
        if (token != JsonToken.VALUE_NULL
            && !(token == JsonToken.VALUE_STRING && end - start == 2)) {
          batch.value(ordinal, property.slot(), start, end);
        }
      } else {
        parser.skipChildren();
      }
    }
    return fault;
  }

  private static int offset(JsonParser parser) {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  /**
   * The value's end, exclusive. The parser stands behind the opening quote of a string and reads
   * (and checks) it only when it goes on, which saves decoding it here.
   */
  private static int valueEnd(JsonParser parser, JsonToken token, RecordBatch batch, int start) {
    if (token != JsonToken.VALUE_STRING) {
      return (int) parser.currentLocation().getByteOffset();
    }
    byte[] page = batch.page();
    int at = start + 1;
    while (at < batch.length() && page[at] != '"') {
      at += page[at] == '\\' ? 2 : 1;
    }
    return Math.min(at + 1, batch.length());
  }

  private void identify(RecordBatch batch, int ordinal, int start, int end) {
    byte[] page = batch.page();
    int slot = envelope.idSlot();
    HashValue128 id =
        batch.has(ordinal, slot)
            ? idHash(page, batch.valueStart(ordinal, slot), batch.valueEnd(ordinal, slot))
            : idHasher.hashBytesTo128Bits(page, start, end - start);
    batch.identity(
        ordinal,
        time(batch, ordinal),
        id.getMostSignificantBits(),
        id.getLeastSignificantBits(),
        contentHasher.hashBytesToLong(page, start, end - start));
  }

  /** An id counts by its characters, however they are escaped. */
  private HashValue128 idHash(byte[] page, int start, int end) {
    if (page[start] != '"') {
      return idHasher.hashBytesTo128Bits(page, start, end - start);
    }
    if (hasEscapes(page, start, end)) {
      String id = RecordBatch.decoded(page, start, end);
      // half a surrogate pair has no UTF-8: such an id counts as it is written
      if (StandardCharsets.UTF_8.newEncoder().canEncode(id)) {
        return idHasher.hashBytesTo128Bits(id.getBytes(StandardCharsets.UTF_8));
      }
    }
    return idHasher.hashBytesTo128Bits(page, start + 1, end - start - 2);
  }

  private long time(RecordBatch batch, int ordinal) {
    int slot = envelope.timeSlot();
    int start = batch.valueStart(ordinal, slot);
    int end = batch.valueEnd(ordinal, slot);
    byte[] page = batch.page();
    if (!batch.has(ordinal, slot) || page[start] != '"') {
      return RecordBatch.NO_TIME;
    }
    if (hasEscapes(page, start, end)) { // .NET writes the + of an offset as an escape
      byte[] text = RecordBatch.decoded(page, start, end).getBytes(StandardCharsets.UTF_8);
      return EventTime.parse(text, 0, text.length);
    }
    return EventTime.parse(page, start + 1, end - 1);
  }

  private static boolean hasEscapes(byte[] page, int start, int end) {
    for (int i = start; i < end; i++) {
      if (page[i] == '\\') {
        return true;
      }
    }
    return false;
  }
}
