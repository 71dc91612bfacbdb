package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.entrarelay.record.PageException.Kind;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PageCutterTest {
  private static final PageCutter CUTTER = new PageCutter(Reports.signIns(), 42);

  private static RecordBatch cut(String page) throws PageException {
    return cut(page.getBytes(UTF_8));
  }

  private static RecordBatch cut(byte[] page) throws PageException {
    return CUTTER.cut(page, page.length);
  }

  private static RecordBatch records(String... records) throws PageException {
    return cut("{\"value\":[" + String.join(",", records) + "]}");
  }

  private static PageException refused(byte[] page) {
    PageException refusal = catchThrowableOfType(PageException.class, () -> cut(page));
    assertThat(refusal).as("refused").isNotNull();
    assertThat(refusal).hasNoCause();
    return refusal;
  }

  private static void refused(String page, Kind kind, String message) {
    PageException refusal = refused(page.getBytes(UTF_8));
    assertThat(refusal).hasMessage(message);
    assertThat(refusal.kind()).isEqualTo(kind);
  }

  private static List<String> texts(RecordBatch batch) {
    List<String> texts = new ArrayList<>();
    batch.forEach(record -> texts.add(new String(record, UTF_8)));
    return texts;
  }

  @Test
  void cutsRecordsByteForByte() throws PageException {
    String first = "{ \"id\" : \"a\",\n\"x\":[ {\"id\":\"inner\"} , 1E400, \"]}\\\"\" ] }";
    String second = "{\"id\":\"b\",\"createdDateTime\":\"2026-05-01T10:05:00.5Z\"}";
    RecordBatch batch =
        cut("\n{\"@odata.context\":\"c\",\"value\":[\r\n" + first + " ,\t" + second + "\n] }\n");
    assertThat(texts(batch)).containsExactly(first, second);
    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.id(0)).isEqualTo("a");
    assertThat(batch.id(1)).isEqualTo("b");
    assertThat(batch.timeMillis(0)).isEqualTo(RecordBatch.NO_TIME);
    assertThat(batch.timeMillis(1))
        .isEqualTo(Instant.parse("2026-05-01T10:05:00.5Z").toEpochMilli());
    assertThat(batch.nextLink()).isNull();
    assertThat(batch.stream(1)).hasContent(second);
    assertThat(batch.stream()).hasSameContentAs(new ByteArrayInputStream(batch.page()));
    assertThatThrownBy(() -> batch.start(2))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("record 2 of a page of 2");
  }

  @Test
  void findsTheNextLinkBeforeAndBehindTheRecords() throws PageException {
    RecordBatch first =
        cut("{\"@odata.nextLink\":\"https:\\/\\/g\\u002Fx?$skiptoken=\",\"value\":[]}");
    assertThat(first.nextLink()).isEqualTo("https://g/x?$skiptoken=");
    assertThat(first.size()).isZero();
    assertThat(
            cut("{\"value\":[{}],\"@odata.nextLink\":\"1\",\"@odata.nextLink\":\"2\"}").nextLink())
        .isEqualTo("2");
    assertThat(cut("{\"value\":[],\"@odata.nextLink\":null}").nextLink()).isNull();
    assertThat(cut("{\"value\":[],\"@odata.nextLink\":\"\"}").nextLink()).isNull();
  }

  @Test
  void aNextLinkThatIsNoTextStaysALinkToRefuse() throws PageException {
    assertThat(cut("{\"value\":[],\"@odata.nextLink\":5}").nextLink()).isEqualTo("5");
    assertThat(cut("{\"@odata.nextLink\":{\"a\":[1]},\"value\":[{}]}").nextLink())
        .isEqualTo("(not a text)");
  }

  @Test
  void takesAByteOrderMark() throws PageException {
    assertThat(texts(cut("\uFEFF{\"value\":[{\"id\":\"a\"}]}"))).containsExactly("{\"id\":\"a\"}");
  }

  @Test
  void takesTheRecordsOfEveryValueArray() throws PageException {
    assertThat(texts(cut("{\"value\":[{\"a\":1}],\"value\":[{\"b\":2}]}")))
        .containsExactly("{\"a\":1}", "{\"b\":2}");
  }

  @Test
  void takesAnErrorPropertyOfARecordForARecord() throws PageException {
    assertThat(records("{\"id\":\"a\",\"error\":{\"code\":\"x\"}}").size()).isEqualTo(1);
    assertThat(records("{\"error\":{\"code\":\"x\"},\"id\":\"a\"}").size()).isEqualTo(1);
    assertThat(records("{\"error\":\"x\"}").size()).isEqualTo(1);
    assertThat(cut("{\"error\":null,\"value\":[{}]}").size()).isEqualTo(1);
  }

  @Test
  void readsIdsOfEveryKind() throws PageException {
    RecordBatch batch =
        records(
            "{\"id\":\"a\\u0062\\n\"}",
            "{\"id\":17}",
            "{\"id\":null}",
            "{\"id\":\"\"}",
            "{\"id\":{\"id\":\"x\"}}",
            "{\"id\":\"x\",\"id\":[1]}",
            "{\"\\u0069d\":\"y\"}",
            "{\"id\":\"😀\"}");
    assertThat(List.of(0, 1, 2, 3, 4, 5, 6, 7))
        .extracting(batch::id)
        .containsExactly("ab\n", "17", "", "", "", "", "y", "😀");
  }

  @Test
  void readsTimesWithEscapes() throws PageException {
    RecordBatch batch =
        records(
            "{\"createdDateTime\":\"2026-05-01T12:05:00\\u002B02:00\"}",
            "{\"createdDateTime\":1777629900000}",
            "{\"createdDateTime\":\"soon\"}");
    assertThat(batch.timeMillis(0)).isEqualTo(1777629900000L);
    assertThat(batch.timeMillis(1)).isEqualTo(RecordBatch.NO_TIME);
    assertThat(batch.timeMillis(2)).isEqualTo(RecordBatch.NO_TIME);
  }

  @Test
  void anIdIsItsCharactersHoweverEscaped() throws PageException {
    RecordBatch batch =
        records(
            "{\"id\":\"ab\",\"v\":1}",
            "{\"id\":\"a\\u0062\",\"v\":1}",
            "{\"id\":\"ac\",\"v\":1}",
            "{\"id\":\"\\ud800\"}",
            "{\"id\":\"\\ud801\"}",
            "{\"id\":\"?\"}");
    assertThat(batch.idHigh(1)).isEqualTo(batch.idHigh(0));
    assertThat(batch.idLow(1)).isEqualTo(batch.idLow(0));
    assertThat(List.of(batch.idHigh(0), batch.idHigh(2), batch.idHigh(3), batch.idHigh(4)))
        .doesNotHaveDuplicates()
        .doesNotContain(batch.idHigh(5));
    assertThat(batch.content(1)).isNotEqualTo(batch.content(0));
  }

  @Test
  void aRecordWithoutIdIsItsContent() throws PageException {
    RecordBatch batch = records("{\"a\":1}", "{\"a\":2}", " {\"a\":1} ");
    assertThat(batch.idLow(2)).isEqualTo(batch.idLow(0)).isNotEqualTo(batch.idLow(1));
    assertThat(batch.idHigh(2)).isEqualTo(batch.idHigh(0)).isNotEqualTo(batch.idHigh(1));
    assertThat(batch.content(2)).isEqualTo(batch.content(0)).isNotEqualTo(batch.content(1));
  }

  @Test
  void hashesDependOnTheSeed() throws PageException {
    byte[] page = "{\"value\":[{\"id\":\"a\"}]}".getBytes(UTF_8);
    RecordBatch one = new PageCutter(Reports.signIns(), 1).cut(page, page.length);
    RecordBatch two = new PageCutter(Reports.signIns(), 2).cut(page, page.length);
    assertThat(one.idHigh(0)).isNotEqualTo(two.idHigh(0));
    assertThat(one.idLow(0)).isNotEqualTo(two.idLow(0));
    assertThat(one.content(0)).isNotEqualTo(two.content(0));
  }

  @Test
  void emptyPage() {
    String message = "The page is empty, though Graph answered with success.";
    refused("", Kind.EMPTY, message);
    refused(" \r\n\t", Kind.EMPTY, message);
  }

  @Test
  void html() {
    refused(
        "\n<!DOCTYPE html><html>secret</html>",
        Kind.NOT_JSON,
        "The page is HTML or XML where JSON was due: a proxy or a sign-in page may stand between"
            + " here and Graph. See relay.graph.proxy.");
  }

  @Test
  void text() {
    refused(
        "Service secret",
        Kind.NOT_JSON,
        "The page is plain text where JSON was due: a proxy may have answered in Graph's place. See"
            + " relay.graph.proxy.");
  }

  @Test
  void damaged() {
    refused(
        "{\"value\":[{\"id\":\"a\"},{\"id\":secret}]}",
        Kind.NOT_JSON,
        "The page is not valid JSON near byte 34, in or after record 1 (counted from 0).");
  }

  @Test
  void damagedBeforeTheRecords() {
    refused(
        "{secret}",
        Kind.NOT_JSON,
        "The page is not valid JSON near byte 1, before the first record.");
  }

  @Test
  void aNameThatOnlyLooksLikeAKnownOne() {
    byte[] page = "{\"value\":[{\"id\":1,\"__id\":2}]}".getBytes(UTF_8);
    for (int i = 0; i < 2; i++) {
      page[19 + i] = (byte) 0xFF;
    }
    PageException refusal = refused(page);
    assertThat(refusal).hasMessage("The page is not valid JSON near byte 19: no UTF-8 text.");
    assertThat(refusal.kind()).isEqualTo(Kind.NOT_JSON);
  }

  @Test
  void anotherEncoding() {
    PageException refusal = refused("{\"value\":[]}".getBytes(UTF_16LE));
    assertThat(refusal).hasMessage("The page is not JSON in UTF-8, which is all that Graph sends.");
    assertThat(refusal.kind()).isEqualTo(Kind.NOT_JSON);
  }

  @Test
  void somethingBehindTheEnd() {
    refused(
        "{\"value\":[]}{\"value\":[]}",
        Kind.NOT_JSON,
        "Something follows after the end of the page's JSON object.");
  }

  @Test
  void truncated() {
    refused(
        "{\"value\":[{\"id\":\"a\"},{\"id\":\"b",
        Kind.TRUNCATED,
        "The page stops before its end, after 29 bytes, in or after record 1 (counted from 0): the"
            + " connection broke or a proxy cut it.");
  }

  @Test
  void truncatedAnywhere() throws PageException {
    byte[] page =
        ("{\"value\":[{\"id\":\"é\\u00e9\",\"status\":{\"errorCode\":-1.5e+3,\"x\":[true,false,null]},"
                + "\"createdDateTime\":\"2026-05-01T10:05:00Z\",\"userDisplayName\":\"😀\\n\"}],"
                + "\"@odata.nextLink\":\"https://graph/\"}")
            .getBytes(UTF_8);
    assertThat(CUTTER.cut(page, page.length).size()).isEqualTo(1);
    for (int length = 1; length < page.length; length++) {
      byte[] part = Arrays.copyOf(page, length);
      assertThat(refused(part).kind()).as("first %d bytes", length).isEqualTo(Kind.TRUNCATED);
    }
  }

  @Test
  void readsNoFurtherThanTheLength() throws PageException {
    byte[] page = "{\"value\":[]}garbage".getBytes(UTF_8);
    assertThat(CUTTER.cut(page, page.length - 7).size()).isZero();
  }

  @Test
  void errorObject() {
    PageException refusal =
        refused(
            ("{\"error\":{\"innerError\":{\"code\":\"inner\"},\"code\":\"UnknownError\",\"message\":\"Line"
                    + " one\\r\\n\\u0007two of adele@contoso.example with eyJhbGciOiJSUzI1.eyJh.c\"}}")
                .getBytes(UTF_8));
    assertThat(refusal)
        .hasMessage(
            "Graph answered with success, but reports an error inside the page, after 0 records:"
                + " UnknownError: Line one two of (address) with (token)");
    assertThat(refusal.kind()).isEqualTo(Kind.ERROR_OBJECT);
    assertThat(refusal.code()).isEqualTo("UnknownError");
  }

  /** The search for addresses and tokens took minutes and the whole stack. */
  @Test
  @Timeout(30)
  void anErrorOfAMillionLettersIsCutShort() {
    for (String text : List.of("a".repeat(1_000_000), "eyJhbGciOiJSUzI1" + ".a".repeat(500_000))) {
      PageException refusal =
          refused(
              ("{\"error\":{\"code\":\"" + text + "\",\"message\":\"" + text + "\"}}")
                  .getBytes(UTF_8));
      assertThat(refusal.getMessage()).hasSizeLessThan(600);
      assertThat(refusal.getMessage()).doesNotContain("eyJ");
    }
  }

  @Test
  void errorAfterRecords() {
    String message =
        "Graph answered with success, but reports an error inside the page, after 2 records:"
            + " generalException.";
    refused(
        "{\"value\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"error\":{\"code\":\"generalException\"}}",
        Kind.ERROR_OBJECT,
        message);
    refused(
        "{\"value\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"error\":{\"code\":\"generalException\"}}]}",
        Kind.ERROR_OBJECT,
        message);
    refused( // an answer that stops with the error
        "{\"value\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"error\":{\"code\":\"generalException\"}}",
        Kind.ERROR_OBJECT,
        message);
  }

  @Test
  void errorsOfOtherShapes() {
    refused(
        "{\"error\":\"invalid_grant\",\"error_description\":\"secret\"}",
        Kind.ERROR_OBJECT,
        "Graph answered with success, but reports an error inside the page, after 0 records:"
            + " invalid_grant.");
    refused(
        "{\"error\":{\"code\":5,\"message\":[]}}",
        Kind.ERROR_OBJECT,
        "Graph answered with success, but reports an error inside the page, after 0 records: (no"
            + " code).");
    refused(
        "{\"error\":{\"code\":\"x\",\"message\":\"" + "m".repeat(1000),
        Kind.ERROR_OBJECT,
        "Graph answered with success, but reports an error inside the page, after 0 records: x.");
    PageException long1 =
        refused(("{\"error\":{\"message\":\"" + "m".repeat(1000) + "\"}}").getBytes(UTF_8));
    assertThat(long1).hasMessageEndingWith("(no code): " + "m".repeat(300) + "…");
  }

  @Test
  void noValue() {
    refused(
        "{\"@odata.context\":\"c\"}",
        Kind.NO_VALUE,
        "The page is a JSON object without the array 'value' of records.");
    refused("{\"value\":null}", Kind.NO_VALUE, "The page's 'value' is not an array of records.");
    refused(
        "[{\"id\":\"a\"}]",
        Kind.NO_VALUE,
        "The page is JSON, but no object with an array 'value' of records.");
  }

  @Test
  void elementsThatAreNoRecordsAreCutWithTheirFlaw() throws PageException {
    for (String element : List.of("null", "5", "-0.5e3", "\"se\\\"cret\"", "[{\n}]", "true")) {
      RecordBatch batch = records("{}", element, "{\"id\":\"b\"}");
      assertThat(batch.size()).isEqualTo(3);
      assertThat(batch.flaw(0)).isNull();
      assertThat(batch.flaw(1)).isEqualTo("it is no object");
      assertThat(batch.record(1)).asString(UTF_8).isEqualTo(element);
      assertThat(batch.timeMillis(1)).isEqualTo(RecordBatch.NO_TIME);
      assertThat(batch.id(2)).isEqualTo("b");
      assertThat(batch.idHigh(1)).isNotEqualTo(batch.idHigh(0));
    }
  }

  @Test
  void recordsUpToEightMebibytes() throws PageException {
    String frame = "{\"id\":\"a\",\"x\":\"\"}";
    int most = RecordBatch.MAX_RECORD_BYTES - frame.length();
    String record = "{\"id\":\"a\",\"x\":\"" + "x".repeat(most) + "\"}";
    assertThat(records("{}", record).end(1) - records("{}", record).start(1))
        .isEqualTo(RecordBatch.MAX_RECORD_BYTES);
    assertThat(records("{}", record).flaw(1)).isNull();
    String larger = "{\"id\":\"a\",\"x\":\"" + "x".repeat(most + 1) + "\"}";
    assertThat(records("{}", larger, "{}").flaw(1))
        .isEqualTo("it has 8388609 bytes; the most that is taken is 8388608");
  }

  /** Jackson's parser lets them pass inside strings (RFC 3629 section 3 forbids each). */
  @Test
  void aRecordThatIsNoUtf8IsSetAsideAndItsNeighboursAreTaken() throws PageException {
    for (String bad : List.of("\u00C0\u0080", "\u00ED\u00A0\u0080", "\u00F4\u0090\u0080\u0080")) {
      String page =
          "{\"value\":[{\"id\":\"é\"},{\"id\":\"b\",\"x\":\"" + bad + "\"},{\"id\":\"c\"}]}";
      RecordBatch batch = cut(page.replace("é", "\u00C3\u00A9").getBytes(ISO_8859_1));
      assertThat(batch.flaw(0)).isNull();
      assertThat(batch.flaw(1)).isEqualTo("its byte 15 is no UTF-8, so it is no JSON either");
      assertThat(batch.flaw(2)).isNull();
      assertThat(batch.id(0)).isEqualTo("é");
    }
  }

  @Test
  void takesHugeNumbersAndNames() throws PageException {
    String number = "9".repeat(100_000);
    String name = "n".repeat(100_000);
    assertThat(records("{\"" + name + "\":" + number + ",\"id\":" + number + "}").id(0))
        .isEqualTo(number);
  }

  @Test
  void tooManyRecords() {
    refused(
        "{\"value\":[" + "{},".repeat(RecordBatch.MAX_RECORDS) + "{}]}",
        Kind.TOO_LARGE,
        "The page holds more than 100000 records; Graph's pages hold 1000 at most.");
  }

  @Test
  void tooLarge() {
    assertThatThrownBy(() -> CUTTER.cut(new byte[0], PageBody.MAX_BYTES + 1))
        .isInstanceOf(PageException.class)
        .hasMessage("The page has more than 64 MiB; a smaller window or $top makes pages smaller.");
  }

  @Test
  void nestedTooDeep() throws PageException {
    assertThat(records("{\"x\":" + "[".repeat(990) + "]".repeat(990) + "}").size()).isEqualTo(1);
    refused(
        "{\"value\":[{\"x\":" + "[".repeat(1001) + "]".repeat(1001) + "}]}",
        Kind.TOO_COMPLEX,
        "The page nests deeper than 1000 levels or has names made to slow a reader down, in or"
            + " after record 0 (counted from 0).");
  }
}
